import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Logger } from 'nestjs-pino';
import { type AppOptions, AppModule } from './app.module.js';
import { configureFastify, createFastifyAdapter } from './http/fastify.js';
import { serveOpenApi } from './http/openapi.js';
import { servePage } from './web/serve-page.js';

/** Makes the application, ready to listen. */
export async function createApp(options: AppOptions): Promise<NestFastifyApplication> {
  const adapter = createFastifyAdapter(options.environment);
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.forRoot(options), adapter, {
    bodyParser: false,
    abortOnError: false,
    // What Nest says of every module and route while it starts is of no use to those who read the log.
    logger: ['warn', 'error'],
  });
  await configureApp(app);
  app.useLogger(app.get(Logger));
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
