// Each is one group: a word takes its letters from one of them. Japanese, Chinese and Korean mix theirs.
const groups = (): RegExp[] => [
  /\p{sc=Latn}/u,
  /[\p{sc=Hani}\p{sc=Hira}\p{sc=Kana}\p{sc=Bopo}\p{sc=Hang}]/u,
  /\p{sc=Cyrl}/u,
  /\p{sc=Grek}/u,
  /\p{sc=Armn}/u,
  /\p{sc=Cher}/u,
  /\p{sc=Copt}/u,
  /\p{sc=Geor}/u,
  /\p{sc=Hebr}/u,
  /\p{sc=Arab}/u,
];
const other = () =>
  /(?=\p{L})[^\p{sc=Zyyy}\p{sc=Zinh}\p{sc=Latn}\p{sc=Hani}\p{sc=Hira}\p{sc=Kana}\p{sc=Bopo}\p{sc=Hang}\p{sc=Cyrl}\p{sc=Grek}\p{sc=Armn}\p{sc=Cher}\p{sc=Copt}\p{sc=Geor}\p{sc=Hebr}\p{sc=Arab}]/u;

/**
 * Whether one word mixes letters of scripts that no language mixes, such as a Cyrillic о among Latin letters. Latin may
 * stand with Chinese, Japanese and Korean (UTS #39 §5.2, "highly restrictive").
 */
export function mixesScripts(word: string): boolean {
  if (!/[^!-~]/.test(word)) return false;
  const [latin, cjk, ...rest] = [...groups(), other()].map((group) => group.test(word));
  const others = rest.filter(Boolean).length;
  return others > 1 || (others === 1 && (latin === true || cjk === true));
}
