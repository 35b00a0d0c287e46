const CONTEXTUAL = /[\xB7\u0375\u05F3\u05F4\u0660-\u0669\u06F0-\u06F9\u30FB\u200C\u200D]/;

// Joining_Type has no property escape. D and L are taken to be the letters of the cursive scripts, less those of Arabic
// and Syriac that do not join to the letter after them (list: Unicode 14); of the others nothing is excluded.
const cursive = () =>
  /(?=\p{L})[\p{sc=Arab}\p{sc=Syrc}\p{sc=Mand}\p{sc=Nkoo}\p{sc=Mong}\p{sc=Phag}\p{sc=Mani}\p{sc=Phlp}\p{sc=Sogd}\p{sc=Rohg}\p{sc=Adlm}]/u;
const NOT_JOINING_ON =
  /[\u0621-\u0625\u0627\u0629\u062F-\u0632\u0648\u0671-\u0677\u0688-\u0699\u06C0\u06C3-\u06CB\u06CD\u06CF\u06D2\u06D3\u06D5\u06E5\u06E6\u06EE\u06EF\u0710\u0715-\u0719\u071E\u0728\u072A\u072C\u072F\u074D\u0759-\u075B\u076B\u076C\u0771\u0773\u0774\u0778\u0779\u0861\u0866\u0867\u0869-\u0887\u088E\u08AA-\u08AE\u08B1\u08B2\u08B9\u08C9]/;
const NOT_JOINING = /[\u0621\u0674\u06E5\u06E6\u0861\u0866\u0883-\u0885\u0887\u08AD\u08C9]/;

/**
 * The contextual rules of RFC 5892 appendix A. All are exact but that for the zero width non-joiner between letters,
 * which needs Joining_Type.
 */
export function followsContextRules(text: string): boolean {
  if (!CONTEXTUAL.test(text)) return true;
  const chars = [...text];
  return chars.every((char, index) => {
    const before = chars[index - 1] ?? '';
    const after = chars[index + 1] ?? '';
    switch (char) {
      case '\xB7':
        return before === 'l' && after === 'l';
      case '\u0375':
        return /\p{sc=Grek}/u.test(after);
      case '\u05F3':
      case '\u05F4':
        return /\p{sc=Hebr}/u.test(before);
      case '\u30FB':
        return /[\p{sc=Hira}\p{sc=Kana}\p{sc=Hani}]/u.test(text);
      case '\u200C':
        return isVirama(before) || breaksJoin(chars, index);
      case '\u200D':
        return isVirama(before);
      default:
        return !/[\u0660-\u0669]/.test(char) || !/[\u06F0-\u06F9]/.test(text);
    }
  });
}

// Canonical ordering tells the combining class without a table: a character of class 9 goes before one of class 10 and
// after one of class 8.
function isVirama(char: string): boolean {
  return (
    `\u05B0${char}`.normalize('NFD') === `${char}\u05B0` &&
    `${char}\u3099`.normalize('NFD') === `\u3099${char}` &&
    char !== ''
  );
}

function breaksJoin(chars: readonly string[], index: number): boolean {
  const before = nextLetter(chars, index, -1);
  const after = nextLetter(chars, index, 1);
  return cursive().test(before) && !NOT_JOINING_ON.test(before) && cursive().test(after) && !NOT_JOINING.test(after);
}

function nextLetter(chars: readonly string[], index: number, step: 1 | -1): string {
  let at = index + step;
  while (/[\p{Mn}\p{Me}]/u.test(chars[at] ?? '')) at += step;
  return chars[at] ?? '';
}
