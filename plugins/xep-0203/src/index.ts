/** XEP-0203: Delayed Delivery, version 2.0. */
export * from './delayed-delivery.js';
export * from './stanza.js';
