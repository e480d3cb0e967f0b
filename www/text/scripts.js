// Where a text changes from one writing system to another ("UnicodeScripts" of a tokenizer.json), as the reference has it: its table is Unicode 9's, browsers have newer ones.

/** Scripts of Unicode 9, by their four letters (ISO 15924). Hiragana and Katakana are taken for Han, which Japanese mixes with them. */
const NAMES = [
  "Adlm Aghb Ahom Arab Armi Armn Avst Bali Bamu Bass Batk Beng Bhks Bopo Brah Brai Bugi Buhd Cakm Cans Cari Cham Cher Copt Cprt Cyrl Deva",
  "Dsrt Dupl Egyp Elba Ethi Geor Glag Goth Gran Grek Gujr Guru Hang Hani Hano Hatr Hebr Hira Hluw Hmng Hung Ital Java Kali Kana Khar Khmr",
  "Khoj Knda Kthi Lana Laoo Latn Lepc Limb Lina Linb Lisu Lyci Lydi Mahj Mand Mani Marc Mend Merc Mero Miao Mlym Modi Mong Mroo Mtei Mult",
  "Mymr Narb Nbat Newa Nkoo Ogam Olck Orkh Orya Osge Osma Palm Pauc Perm Phag Phli Phlp Phnx Prti Qaai Rjng Runr Samr Sarb Saur Sgnw Shaw",
  "Shrd Sidd Sind Sinh Sora Sund Sylo Syrc Tagb Takr Tale Talu Taml Tang Tavt Telu Tfng Tglg Thaa Thai Tibt Tirh Ugar Vaii Wara Xpeo Xsux",
  "Yiii Zyyy",
];

/** Characters of those scripts that came after Unicode 9, and unnamed ones between them. */
const LATER = [
  "\\u{560}\\u{588}\\u{5EB}-\\u{5EF}\\u{61D}\\u{7FB}-\\u{7FF}\\u{85F}-\\u{89F}\\u{8B5}\\u{8BE}-\\u{8D3}\\u{9FC}-\\u{A00}\\u{A76}-\\u{A80}",
  "\\u{AFA}-\\u{B00}\\u{B4E}-\\u{B55}\\u{C04}\\u{C3A}-\\u{C3C}\\u{C5B}-\\u{C5F}\\u{C70}-\\u{C77}\\u{C84}\\u{CD7}-\\u{CDD}\\u{CF3}-\\u{D00}\\u{D04}",
  "\\u{D3B}-\\u{D3C}\\u{D80}-\\u{D81}\\u{E85}-\\u{E86}\\u{E89}\\u{E8B}-\\u{E8C}\\u{E8E}-\\u{E93}\\u{E98}\\u{EA0}\\u{EA8}-\\u{EA9}\\u{EAC}\\u{EBA}",
  "\\u{ECE}-\\u{ECF}\\u{170D}\\u{1715}-\\u{171F}\\u{180F}\\u{1878}-\\u{187F}\\u{1ABF}-\\u{1AFF}\\u{1B4C}-\\u{1B4F}\\u{1B7D}-\\u{1B7F}",
  "\\u{1C89}-\\u{1CBF}\\u{1CF7}\\u{1CFA}-\\u{1CFF}\\u{1DF6}-\\u{1DFA}\\u{20BF}-\\u{20CF}\\u{23FF}\\u{2427}-\\u{243F}\\u{2B96}-\\u{2B97}",
  "\\u{2BBA}-\\u{2BBC}\\u{2BC9}\\u{2BD2}-\\u{2BEB}\\u{2BF0}-\\u{2BFF}\\u{2C2F}\\u{2C5F}\\u{2E45}-\\u{2E7F}\\u{2FFC}-\\u{2FFF}\\u{312E}-\\u{3130}",
  "\\u{31BB}-\\u{31BF}\\u{31E4}-\\u{31EF}\\u{32FF}\\u{4DB6}-\\u{4DBF}\\u{9FD6}-\\u{9FFF}\\u{A7AF}\\u{A7B8}-\\u{A7F6}\\u{A82C}-\\u{A82F}",
  "\\u{A8FE}-\\u{A8FF}\\u{AB66}-\\u{AB6F}\\u{FBC2}-\\u{FBD2}\\u{FD40}-\\u{FD4F}\\u{FD90}-\\u{FD91}\\u{FDC8}-\\u{FDEF}\\u{FDFE}-\\u{FDFF}",
  "\\u{1019C}-\\u{1019F}\\u{10324}-\\u{1032F}\\u{10768}-\\u{107FF}\\u{10A34}-\\u{10A37}\\u{10A48}-\\u{10A4F}\\u{10E7F}-\\u{10FFF}",
  "\\u{11070}-\\u{1107E}\\u{110C2}-\\u{110CF}\\u{11144}-\\u{1114F}\\u{111CE}-\\u{111CF}\\u{1123F}-\\u{1127F}\\u{1133A}-\\u{1133B}\\u{1145A}",
  "\\u{1145E}-\\u{1147F}\\u{116B8}-\\u{116BF}\\u{116CA}-\\u{116FF}\\u{1171A}-\\u{1171C}\\u{11740}-\\u{1189F}\\u{11900}-\\u{11ABF}",
  "\\u{11AF9}-\\u{11BFF}\\u{11CB7}-\\u{11FFF}\\u{1342F}-\\u{143FF}\\u{16F45}-\\u{16F4F}\\u{16F7F}-\\u{16F8E}\\u{16FE1}-\\u{16FFF}",
  "\\u{187ED}-\\u{187FF}\\u{18AF3}-\\u{1AFFF}\\u{1B002}-\\u{1BBFF}\\u{1BCA4}-\\u{1CFFF}\\u{1D1E9}-\\u{1D1FF}\\u{1D246}-\\u{1D2FF}",
  "\\u{1D372}-\\u{1D3FF}\\u{1DAB0}-\\u{1DFFF}\\u{1E02B}-\\u{1E7FF}\\u{1E94B}-\\u{1E94F}\\u{1E960}-\\u{1EDFF}\\u{1F10D}-\\u{1F10F}\\u{1F12F}",
  "\\u{1F16C}-\\u{1F16F}\\u{1F1AD}-\\u{1F1E5}\\u{1F252}-\\u{1F2FF}\\u{1F6D3}-\\u{1F6DF}\\u{1F6F7}-\\u{1F6FF}\\u{1F774}-\\u{1F77F}",
  "\\u{1F7D5}-\\u{1F7FF}\\u{1F8AE}-\\u{1F90F}\\u{1F91F}\\u{1F928}-\\u{1F92F}\\u{1F931}-\\u{1F932}\\u{1F93F}\\u{1F94C}-\\u{1F94F}",
  "\\u{1F95F}-\\u{1F97F}\\u{1F992}-\\u{1F9BF}\\u{1F9C1}-\\u{1FFFF}\\u{2A6D7}-\\u{2A6FF}\\u{2B735}-\\u{2B73F}\\u{2CEA2}-\\u{2F7FF}",
  "\\u{2FA1E}-\\u{E0000}",
];

/** What later versions of Unicode see otherwise; and a space, which goes with any script. @type {Map<string, string | undefined>} */
const known = new Map([
  [" ", undefined],
  ["\u0589", "Zyyy"],
  ["\u061C", "Zyyy"],
  ["\u0953", "Deva"],
  ["\u0954", "Deva"],
  ["\u30FC", "Hani"],
]);

/** Made when first asked for: hardly a tokenizer does. @type {{ name: string | undefined, has: RegExp }[]} */
let classes = [];

/** @param {string} character */
function scriptOf(character) {
  if (!classes.length) {
    const scripts = NAMES.flatMap((names) => names.split(" ")).map((name) => ({
      name: name === "Hira" || name === "Kana" ? "Hani" : name,
      has: new RegExp(`\\p{Script=${name}}`, "u"),
    }));
    classes = [{ name: undefined, has: new RegExp(`[${LATER.join("")}]`, "u") }, ...scripts];
  }
  if (!known.has(character)) known.set(character, classes.find(({ has }) => has.test(character))?.name);
  return known.get(character);
}

/**
 * Stretches of one script each. A character without a script goes with those before it; at the beginning of a text it is lost, as in the reference.
 * @param {string} text
 */
export function splitScripts(text) {
  /** @type {string[]} */
  const stretches = [];
  let last;
  for (const character of text) {
    const script = scriptOf(character);
    if (script && script !== last) stretches.push("");
    if (stretches.length) stretches[stretches.length - 1] += character;
    last = script ?? last;
  }
  return stretches;
}
