import { freePorts } from '../src/ports.js';

console.log(JSON.stringify(await freePorts(Number(process.argv[2]))));
