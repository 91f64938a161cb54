import { defaultClientConditions, defineConfig } from 'vite';
import { minifyTemplates } from './minify-templates.js';

/** One ES module with all it needs, so that a page without a bundler can load it. */
export default defineConfig({
  root: import.meta.dirname,
  publicDir: false,
  plugins: [minifyTemplates()],
  // The parsers of codes are the library's own, and are bundled: who installs this need not install that.
  resolve: { conditions: ['source', ...defaultClientConditions] },
  build: {
    // Browsers that know `light-dark()`: all since May 2024.
    target: ['chrome123', 'firefox120', 'safari17.5'],
    outDir: 'dist',
    lib: { entry: 'src/index.ts', formats: ['es'], fileName: () => 'two-factor-elements.js' },
    rolldownOptions: { output: { minify: true } },
  },
});
