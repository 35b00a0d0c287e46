/** XEP-0222: Persistent Storage of Public Data via PubSub, version 1.0. */
export { type PublicAccess, PublicData, PublicDataOptions, PublicNode, type PublicNodeInit } from './public-data.js';
