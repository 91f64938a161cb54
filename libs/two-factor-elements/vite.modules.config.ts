import { defaultClientConditions, defineConfig } from 'vite';
import { minifyTemplates } from './minify-templates.js';

/**
 * What bundlers and servers import: an entry for each of `exports`, with what they share in chunks. Lit and React are the
 * host's, so that a page has each once and a server gets the Lit that runs there; all else is inside.
 */
export default defineConfig({
  root: import.meta.dirname,
  publicDir: false,
  plugins: [minifyTemplates()],
  resolve: { conditions: ['source', ...defaultClientConditions] },
  build: {
    target: ['chrome123', 'firefox120', 'safari17.5'],
    outDir: 'dist',
    emptyOutDir: false,
    minify: false,
    lib: {
      entry: {
        index: 'src/index.ts',
        challenge: 'src/challenge/index.ts',
        client: 'src/client/index.ts',
        react: 'src/react/index.ts',
        'texts/de': 'src/texts/de/de.ts',
        'texts/es': 'src/texts/es/es.ts',
        'texts/fr': 'src/texts/fr/fr.ts',
      },
      formats: ['es'],
    },
    rolldownOptions: {
      external: ['lit', 'react'],
      output: {
        entryFileNames: '[name].js',
        chunkFileNames: 'chunks/[name].js',
        // For React on servers: what is behind this entry is run in the browser.
        banner: ({ name }) => (name === 'react' ? "'use client';" : ''),
      },
    },
  },
});
