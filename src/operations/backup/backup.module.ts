import { Module } from '@nestjs/common';
import { StorageModule } from '../../storage/storage.module';
import { BackupRpc } from './backup.rpc';

@Module({ imports: [StorageModule], providers: [BackupRpc] })
export class BackupModule {}
