//! What a site gains when it is known where it will be found: `cargo xtask build --base https://you.example/diorama/`.
//!
//! No file depends on the address. It only stands in what others read: canonical links, the picture of those who share a page, the site map.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use walkdir::WalkDir;

/// Where the picture for those who share a page lies in the site.
const PICTURE: &str = "explore.png";

/// Checks an address and gives it its last slash.
pub fn base(address: &str) -> Result<String> {
    let plain = !address.contains(['?', '#', '"', '<', '>', ' ']);
    if !plain || !(address.starts_with("https://") || address.starts_with("http://")) {
        bail!("--base {address}: give the address of the folder that will hold the site, such as https://you.example/diorama/");
    }
    Ok(if address.ends_with('/') { address.to_owned() } else { format!("{address}/") })
}

/// Writes the address into the pages of a built site, and the files that hosts and searchers look for.
pub fn publish(site: &Path, base: &str) -> Result<()> {
    fs::copy("docs/explore.png", site.join(PICTURE)).context("cannot copy the picture")?;
    let mut pages = Vec::new();
    for entry in WalkDir::new(site).sort_by_file_name() {
        let entry = entry?;
        let file = entry.path().strip_prefix(site)?;
        if file.extension().is_none_or(|extension| extension != "html") {
            continue;
        }
        let path = file.to_string_lossy().replace('\\', "/");
        let address = format!("{base}{}", path.strip_suffix("index.html").unwrap_or(&path));
        let text = fs::read_to_string(entry.path())?;
        let head = format!(
            "  <link rel=\"canonical\" href=\"{address}\" />\n    <meta property=\"og:url\" content=\"{address}\" />\n    \
             <meta property=\"og:image\" content=\"{base}{PICTURE}\" />\n  </head>"
        );
        fs::write(entry.path(), text.replacen("</head>", &head, 1))?;
        // A block in a frame is no page to be found by itself, nor is a part of a page: lessons, the guide.
        if path != "embed.html" && !path.contains('/') {
            pages.push(address);
        }
    }
    pages.push(String::new());
    fs::write(site.join("sitemap.txt"), pages.join("\n"))?;
    // One host of static pages leaves out files that its own generator would not know.
    fs::write(site.join(".nojekyll"), "")?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_folders() {
        assert_eq!(base("https://you.example/diorama").unwrap(), "https://you.example/diorama/");
        assert_eq!(base("http://127.0.0.1:8000/").unwrap(), "http://127.0.0.1:8000/");
        assert!(base("you.example").is_err());
        assert!(base("https://you.example/?page=1").is_err());
    }

    #[test]
    fn pages_tell_their_address() {
        let site = tempfile::tempdir().unwrap();
        fs::write(site.path().join("index.html"), "<head>\n  </head>").unwrap();
        fs::write(site.path().join("embed.html"), "<head>\n  </head>").unwrap();
        std::env::set_current_dir(crate::shell::root()).unwrap();
        publish(site.path(), "https://you.example/d/").unwrap();
        let page = fs::read_to_string(site.path().join("index.html")).unwrap();
        assert!(page.contains(r#"<link rel="canonical" href="https://you.example/d/" />"#), "{page}");
        assert_eq!(fs::read_to_string(site.path().join("sitemap.txt")).unwrap(), "https://you.example/d/\n");
    }
}
