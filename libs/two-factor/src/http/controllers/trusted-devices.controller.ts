import { Delete, Get, Inject, Param, Req, type Type } from '@nestjs/common';
import { twoFactorToken } from '../../inject-two-factor.js';
import { TrustedDevices } from '../../trusted-devices/trusted-devices.service.js';
import type { AnswerOf } from '../schemas/route-schemas.js';
import { TRUSTED_DEVICES_SCHEMAS, type TrustedDevicesRoute } from '../schemas/trusted-devices.schemas.js';
import { TrustDelivery } from '../trust-delivery.js';
import type { TwoFactorHost } from '../two-factor-host.js';
import { type ControllerOptions, decoratorsFor } from './controller-options.js';
import { contextOf } from './host-call.js';

/** The devices that are trusted after the call. */
export type ShownTrustedDevices = AnswerOf<(typeof TRUSTED_DEVICES_SCHEMAS)['listTrustedDevices']>;

export interface TrustedDevicesControllerOptions<Request extends object> extends ControllerOptions<
  Request,
  TrustedDevicesRoute
> {}

/** What the created controller has: one method for each route. */
export interface TrustedDevicesRoutes<Request extends object> {
  listTrustedDevices(request: Request): Promise<ShownTrustedDevices>;
  removeTrustedDevice(request: Request, id: string): Promise<ShownTrustedDevices>;
  removeAllTrustedDevices(request: Request): Promise<ShownTrustedDevices>;
}

/**
 * Makes the controller of the trusted devices for a host: their list, and the end of one or all, under
 * `trusted-devices` below the host's path. It takes what `createTwoFactorController` takes. A session is enough for all of it.
 */
export function createTrustedDevicesController<Request extends object>(
  options: TrustedDevicesControllerOptions<Request>,
): Type<TrustedDevicesRoutes<Request>> {
  const { controller, guarded } = decoratorsFor(options, { subpath: 'trusted-devices' });
  const { name } = options;

  @controller
  class TrustedDevicesController implements TrustedDevicesRoutes<Request> {
    constructor(
      @Inject(name === undefined ? TrustedDevices : twoFactorToken(name, TrustedDevices))
      private readonly devices: TrustedDevices,
      @Inject(name === undefined ? TrustDelivery : twoFactorToken(name, TrustDelivery))
      private readonly trust: TrustDelivery,
      @Inject(options.host) private readonly host: TwoFactorHost<Request>,
    ) {}

    @Get()
    @guarded('listTrustedDevices')
    async listTrustedDevices(@Req() request: Request): Promise<ShownTrustedDevices> {
      const { user } = await this.host.callerOf(request);
      return this.devices.listOf(user.id, this.trust.tokenOf(request, user.id));
    }

    @Delete(':id')
    @guarded('removeTrustedDevice')
    removeTrustedDevice(@Req() request: Request, @Param('id') id: string): Promise<ShownTrustedDevices> {
      return this.#remove(request, id);
    }

    @Delete()
    @guarded('removeAllTrustedDevices')
    removeAllTrustedDevices(@Req() request: Request): Promise<ShownTrustedDevices> {
      return this.#remove(request);
    }

    async #remove(request: Request, id?: string): Promise<ShownTrustedDevices> {
      const { user } = await this.host.callerOf(request);
      await this.devices.remove(user.id, { id, ...(await contextOf(this.host, request)) });
      return this.devices.listOf(user.id, this.trust.tokenOf(request, user.id));
    }
  }
  return TrustedDevicesController;
}
