export { pgDatabase } from './pg-database.js';
