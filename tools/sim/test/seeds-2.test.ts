import { simulateFrom } from './seeds.js';

simulateFrom(1_001);
