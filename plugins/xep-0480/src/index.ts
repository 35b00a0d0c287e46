/** XEP-0480: SASL Upgrade Tasks, version 0.2.0. */
export { NS_SCRAM_UPGRADE, NS_UPGRADE, SaslUpgrade, SaslUpgradeOptions } from './sasl-upgrade.js';
