// Leads links of the time when Explore was the first page to where it is now, with all that they hold. A classic script: it runs before anything else is fetched.

const OF_THIS_PAGE = ["lang", "theme", "say", "break"];

function follow() {
  const names = [...new URLSearchParams(location.hash.slice(1)).keys()];
  if (names.some((name) => !OF_THIS_PAGE.includes(name))) location.replace(`explore.html${location.search}${location.hash}`);
}

addEventListener("hashchange", follow);
follow();
