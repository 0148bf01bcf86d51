/** What an auditor reads first. */
export function readmeText(period: string): string {
  return `Evidence of the closed month ${period}
=================================

report.json        The report, byte for byte as it was closed.
close.json         Who closed it, when and why, and the SHA-256 of the report.
entries.ndjson     The entries it is made of, a line each: of every opportunity that the month says anything
                   of, the whole chain from its beginning. An entry holds the hash of the one before it, and a
                   hash of all that it says.
restatements.json  What was posted of the month after its close, and what the month says since.
rates.json         The exchange rates that were known; an entry names the one that was frozen with it.
models.json        The attribution models as they stood at the close, with the version that a definition has; of
                   a model that learns, what each source weighs.
credits-*.ndjson   What each of these versions credits of the entries up to the close, a line each: the touches, what
                   each is given, and what nobody earned. A line without an entry's number moves credit between
                   touches, and no money. The report itself says nothing of models: what any of them says is made
                   of these lines, and they add up to the entries, exactly, in both currencies.
manifest.json      The SHA-256 of each file.
verify.mjs         Checks all of this.

To check it, with Node.js 18 or newer, without packages and without a network:

    node verify.mjs

It says "THE PACK HOLDS" and ends with 0, or names each file, entry and sum that is not what it was and ends with
1; where it could not check, it ends with 2. Read it before you run it: it is some 820 lines, and the rules are
those that Accord itself keeps its ledger by.

A pack that somebody made anew from one end to the other holds in itself. So compare the SHA-256 of the report
with the one that was noted when the month was closed ('accord revenue close' prints it, 'accord revenue periods'
lists it, the audit names who closed), or let the check do it:

    node verify.mjs SHA-256-OF-THE-REPORT
`;
}
