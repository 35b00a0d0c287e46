// Plays the corpus of bad input, for test/processes/frozen-prototype.test.ts: frozen-prototype.ts frozen|as-it-is
if (process.argv[2] === 'frozen') Object.freeze(Object.prototype);

// Loaded only now, so that what the library does while it is loaded is seen too.
const { DataForms } = await import('@sestina/xep-0004');
const { index, whole } = await import('../badxml/corpus.js');
const { run } = await import('../badxml/harness.js');
const { verdict } = await import('../badxml/verdict.js');

const names = Object.getOwnPropertyNames(Object.prototype).length;
const outcomes: Record<string, unknown> = {};
for (const [file, entry] of Object.entries(index)) {
  // One is a matter of frames, another of options.
  if (entry.layer === 'frame' || Object.values(entry.limits ?? {}).includes(0)) continue;
  let came = 'nothing';
  const uncaught = await run(file, entry, {
    cut: whole,
    prepare: (xmpp) => void xmpp.use(DataForms),
    look: (outcome) => {
      came = verdict(outcome, entry.expect);
      // Reading is where a name could become a key.
      for (const { form, xml } of outcome.messages) {
        for (const field of form?.fields ?? []) form?.field(field.var ?? '');
        void [...xml.attributes()].map(([name]) => xml.attribute(name));
      }
    },
  });
  outcomes[file] = { came, uncaught: uncaught.map(String) };
}
console.log(JSON.stringify({ outcomes, added: Object.getOwnPropertyNames(Object.prototype).length - names }));
