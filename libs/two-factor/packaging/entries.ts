/**
 * What others can import, by its subpath, and the file in `src` behind it. A line here adds one: the maps in
 * `package.json` are written from it by `npm run exports -w nestjs-two-factor`.
 */
export const ENTRIES = {
  '.': 'index',
  './codes': 'codes',
  './pg': 'pg/index',
  './prisma': 'prisma/index',
  './swagger': 'swagger/index',
  './testing': 'testing/index',
  './typeorm': 'typeorm/index',
} as const;
