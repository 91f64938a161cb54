import { join } from 'node:path';
import { defaultClientConditions, defineConfig } from 'vite';

/** The page of the reference backend, built to where `serve-page.ts` looks for it. */
export default defineConfig({
  root: import.meta.dirname,
  publicDir: false,
  // `npm run dev:page`, beside a backend that runs.
  server: {
    proxy: Object.fromEntries(
      ['/api', '/docs', '/openapi.json'].map((path) => [path, 'http://127.0.0.1:8080']),
    ),
  },
  resolve: { conditions: ['source', ...defaultClientConditions] },
  build: {
    // Browsers that know `light-dark()`: all since May 2024.
    target: ['chrome123', 'firefox120', 'safari17.5'],
    outDir: '../dist/page',
    rolldownOptions: {
      input: ['index.html', 'panic.html', 'support/index.html'].map((page) =>
        join(import.meta.dirname, page),
      ),
    },
    emptyOutDir: true,
    // The policy allows no script in the document, and a `data:` picture is no smaller.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
