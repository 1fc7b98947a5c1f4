import { Module } from '@nestjs/common';
import { WizardRpc } from './wizard.rpc';

/** The first set-up, question by question, for clients. */
@Module({ providers: [WizardRpc] })
export class WizardModule {}
