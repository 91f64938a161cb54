import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { Public } from '../auth/public.decorator.js';
import { ApiException } from '../http/errors/api.exception.js';
import { ApiData, ApiErrors } from '../http/openapi.js';

/** Processes that share a database count delays, expiries and time steps by their own clocks. */
const CLOCKS_MAY_DIFFER_MS = 5_000;

class HealthAnswer {
  @ApiProperty({ type: String, enum: ['ok'] })
  status!: 'ok';
}

@ApiTags('health')
@Public()
@Controller('health')
export class HealthController {
  /** One question for all who ask meanwhile: they must not take the connections that others wait for. */
  #asking: Promise<unknown> | undefined;

  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  @Get('live')
  @ApiOperation({ operationId: 'health-live', summary: 'Whether the process answers' })
  @ApiData([HealthAnswer])
  live(): HealthAnswer {
    return { status: 'ok' };
  }

  @Get('ready')
  @ApiOperation({
    operationId: 'health-ready',
    summary: 'Whether the process can serve: it reaches the database, and their clocks agree to five seconds',
  })
  @ApiData([HealthAnswer])
  @ApiErrors()
  async ready(): Promise<HealthAnswer> {
    try {
      this.#asking ??= this.#ask().finally(() => (this.#asking = undefined));
      await this.#asking;
    } catch (error) {
      throw new ApiException('SERVICE_UNAVAILABLE', { cause: error });
    }
    return { status: 'ok' };
  }

  async #ask(): Promise<void> {
    const askedMs = Date.now();
    const [{ nowMs }]: [{ nowMs: number }] = await this.dataSource.query(
      `SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS "nowMs"`,
    );
    // By which of the two it is off is for an operator to say. The answer may have been on its way for long.
    const offMs = nowMs < askedMs ? askedMs - nowMs : Math.max(0, nowMs - Date.now());
    if (offMs > CLOCKS_MAY_DIFFER_MS) {
      throw new Error(
        `The clocks of this process and of the database differ by ${Math.round(offMs / 1000)} s`,
      );
    }
  }
}
