// Asks Prisma's own migration engine, as WebAssembly, what `migrate dev` would change in a database that has all the migrations.
import { readFileSync, writeFileSync } from 'node:fs';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';

// The native engine reads catalogues that the adapter refuses: columns of the types "char" and name.
const adapter = readFileSync('node_modules/@prisma/adapter-pg/dist/index.mjs', 'utf8').replace(
  'throw new UnsupportedNativeDataType(fieldTypeId)',
  'return fieldTypeId === 18 ? ColumnTypeEnum.Character : ColumnTypeEnum.Text',
);
writeFileSync(new URL('adapter-for-catalogues.mjs', import.meta.url), adapter);
const { PrismaPg } = await import('./adapter-for-catalogues.mjs');

const ENGINE = '../node_modules/@prisma/schema-engine-wasm/schema_engine_bg';
const engineModule = await import(`${ENGINE}.js`);
const { instance } = await WebAssembly.instantiate(readFileSync(new URL(`${ENGINE}.wasm`, import.meta.url)), {
  './schema_engine_bg.js': engineModule,
});
globalThis.PRISMA_WASM_PANIC_REGISTRY = { set_message: (message) => console.error(message) };
engineModule.__wbg_set_wasm(instance.exports);
instance.exports.__wbindgen_start();

const content = readFileSync('prisma/schema.prisma', 'utf8');
const files = [{ path: 'schema.prisma', content }];
const engine = await engineModule.SchemaEngine.new(
  { datamodels: [['schema.prisma', content]] },
  () => {},
  bindMigrationAwareSqlAdapterFactory(new PrismaPg({ connectionString: process.env.DATABASE_URL })),
);
const { stdout } = await engine.diff({
  from: { tag: 'schemaDatasource', files, configDir: '.' },
  to: { tag: 'schemaDatamodel', files, configDir: '.' },
  script: true,
  exitCode: true,
  shadowDatabaseUrl: null,
  filters: { externalTables: [], externalEnums: [] },
});
console.log(stdout);
