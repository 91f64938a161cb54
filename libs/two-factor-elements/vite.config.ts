import { defineConfig } from 'vite';

/** One ES module with all it needs, so that a page without a bundler can load it. */
export default defineConfig({
  root: import.meta.dirname,
  publicDir: false,
  build: {
    // Browsers that know `light-dark()`: all since May 2024.
    target: ['chrome123', 'firefox120', 'safari17.5'],
    outDir: 'dist',
    lib: { entry: 'src/index.ts', formats: ['es'], fileName: () => 'two-factor-elements.js' },
    rolldownOptions: { output: { minify: true } },
  },
});
