import { Injectable } from '@nestjs/common';
import { NoParams } from '../rpc/no-params.dto';
import { RpcMethod } from '../rpc/rpc-method';
import { type ClusterReport, ClusterReports } from './cluster-report.service';

@Injectable()
export class ClusterRpc {
  constructor(private readonly reports: ClusterReports) {}

  @RpcMethod({
    name: 'cluster.status',
    scope: 'operator.read',
    params: NoParams,
    summary: 'Gateways that share the database: versions, what each holds, what waits, how far clocks are apart.',
  })
  status(): Promise<ClusterReport> {
    return this.reports.make();
  }
}
