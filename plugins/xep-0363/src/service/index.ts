/**
 * The side of services of XEP-0363: for components that give slots.
 *
 * @module
 */
export { type SlotQuestion, SlotService, type SlotServing } from './slot-service.js';
