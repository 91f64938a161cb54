import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { Public } from '../auth/public.decorator.js';
import { ApiException } from '../http/errors/api.exception.js';
import { ApiData, ApiErrors } from '../http/openapi.js';

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
    summary: 'Whether the process can serve: it reaches the database',
  })
  @ApiData([HealthAnswer])
  @ApiErrors()
  async ready(): Promise<HealthAnswer> {
    try {
      this.#asking ??= this.dataSource.query('SELECT 1').finally(() => (this.#asking = undefined));
      await this.#asking;
    } catch (error) {
      throw new ApiException('SERVICE_UNAVAILABLE', { cause: error });
    }
    return { status: 'ok' };
  }
}
