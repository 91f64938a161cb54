export { type PrismaClientLike, prismaDatabase } from './prisma-database.js';
