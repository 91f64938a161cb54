import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';

/** Where `npm run build` puts the page, seen from `src/http` and from `dist/server` alike. */
const BUILT_PAGE = fileURLToPath(new URL('../../dist/page/', import.meta.url));

/**
 * Serves the page at `/`, beside Nest's routes: files need no guard, and every route of Nest's asks for a token
 * unless it says otherwise. Each file is a route of its own, so an unknown path stays Nest's to answer.
 */
export async function servePage(app: NestFastifyApplication): Promise<void> {
  await app.register(fastifyStatic, {
    root: BUILT_PAGE,
    wildcard: false,
    decorateReply: false,
    cacheControl: false,
    setHeaders: (response, path) => {
      // What the build names by its content never changes; what leads to it is asked for each time.
      const isNamedByContent = path.startsWith(`${BUILT_PAGE}assets/`);
      void response.header(
        'Cache-Control',
        isNamedByContent ? 'public, max-age=31536000, immutable' : 'no-cache',
      );
    },
  });
  // Without the slash there is no file.
  app
    .getHttpAdapter()
    .getInstance()
    .get('/support', (_, reply) => reply.redirect('/support/'));
}
