import { Injectable } from '@nestjs/common';
import { NoParams } from '../../rpc/no-params.dto';
import { RpcMethod } from '../../rpc/rpc-method';
import { ProcessWatch } from '../diagnostics/process-watch.service';
import { Chores } from './chores.service';

@Injectable()
export class MaintenanceRpc {
  constructor(
    private readonly chores: Chores,
    private readonly watch: ProcessWatch,
  ) {}

  @RpcMethod({
    name: 'maintenance.run',
    scope: 'operator.admin',
    params: NoParams,
    summary:
      'Does now what is done daily: removes old rows, looks whether the database is sound, finds turns that hang.',
  })
  async run(): Promise<{ removed: number; database: string; stuck: string[]; loopDelayMs: number }> {
    const removed = await this.chores.tidy();
    const database = await this.chores.checkDatabase();
    return { removed, database, stuck: await this.chores.findStuck(), loopDelayMs: this.watch.loopDelayMs };
  }
}
