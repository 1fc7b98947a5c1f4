'use strict';
// The least that a Nest application can be: one HTTP route. Yardstick for the gateway's start.
require('reflect-metadata');
const { Controller, Get, Module } = require('@nestjs/common');
const { NestFactory } = require('@nestjs/core');

class HealthController {
  check() {
    return { ok: true };
  }
}
Get('health')(
  HealthController.prototype,
  'check',
  Object.getOwnPropertyDescriptor(HealthController.prototype, 'check'),
);
Controller()(HealthController);

class AppModule {}
Module({ controllers: [HealthController] })(AppModule);

NestFactory.create(AppModule, { logger: false }).then((app) => app.listen(Number(process.argv[2]), '127.0.0.1'));
