/** XEP-0377: Blocking Command Reports, version 0.4.1. */
export { type BlockReport, type BlockReported, BlockReports } from './block-reports.js';
export { NS_REPORTING, Report } from './stanza.js';
