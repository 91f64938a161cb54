import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { StorageDriver, initializeTransactionalContext } from 'typeorm-transactional';
import { AppModule } from './app.module.js';

initializeTransactionalContext({ storageDriver: StorageDriver.ASYNC_LOCAL_STORAGE });
const app = await NestFactory.create(AppModule, { logger: ['warn', 'error'] });
app.enableShutdownHooks();
await app.listen(Number(process.env['PORT'] ?? 0), '127.0.0.1');
console.log(`listening at ${await app.getUrl()}`);
