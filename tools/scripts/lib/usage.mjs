// @ts-check

/** Where `--help` is asked for, says what there is to ask for, and ends the process. @param {string} text */
export function usage(text, argv = process.argv) {
  if (!argv.includes('--help')) return;
  console.log(text.trimEnd());
  process.exit(0);
}
