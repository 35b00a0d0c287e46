// For bundlers, and where the sources run: modules in the order of their imports.
import './reflect.js';

export { container, type DependencyContainer } from 'tsyringe';
