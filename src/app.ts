import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { DestinationStream } from 'pino';
import { type AppOptions, AppModule } from './app.module.js';
import { configureFastify, createFastifyAdapter } from './http/fastify.js';
import { NestLog, createLog } from './http/logging.js';
import { serveOpenApi } from './http/openapi.js';
import { servePage } from './http/serve-page.js';

/**
 * Makes the application, ready to listen.
 *
 * @param options.log where the log goes, as JSON lines. Default: the standard output
 */
export async function createApp({
  log: destination,
  ...options
}: AppOptions & { readonly log?: DestinationStream }): Promise<NestFastifyApplication> {
  const log = createLog(options.environment, destination);
  const adapter = createFastifyAdapter(options.environment, log);
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.forRoot(options), adapter, {
    bodyParser: false,
    abortOnError: false,
    // What Nest says of every module and route while it starts is of no use to those who read the log.
    logger: ['warn', 'error'],
  });
  await configureApp(app);
  app.useLogger(new NestLog(log));
  return app;
}

/** What {@link createApp} does beyond the module, for an application that the Nest testing module made. */
export async function configureApp(app: NestFastifyApplication): Promise<void> {
  await configureFastify(app);
  app.setGlobalPrefix('api/v1', { exclude: ['health/live', 'health/ready'] });
  serveOpenApi(app);
  await servePage(app);
  await app.init();
}
