import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Deployment } from 'kubernetes-models/apps/v1/Deployment';
import { HorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2/HorizontalPodAutoscaler';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget';
import { PersistentVolumeClaim } from 'kubernetes-models/v1/PersistentVolumeClaim';
import { Service } from 'kubernetes-models/v1/Service';
import { parseAllDocuments } from 'yaml';

const ROOT = join(__dirname, '../..');
const KINDS = { Deployment, HorizontalPodAutoscaler, PodDisruptionBudget, PersistentVolumeClaim, Service } as const;
type Kind = keyof typeof KINDS;

const documents = parseAllDocuments(readFileSync(join(ROOT, 'deploy/kubernetes/openclaw.yaml'), 'utf8')).map(
  (document) => document.toJS() as { apiVersion: string; kind: Kind },
);
const make = (document: { kind: Kind }): { validate(): void } =>
  new (KINDS[document.kind] as unknown as new (data: unknown) => { validate(): void })(document);
const named = <K extends Kind>(kind: K): InstanceType<(typeof KINDS)[K]> =>
  make(documents.find((each) => each.kind === kind) ?? { kind }) as InstanceType<(typeof KINDS)[K]>;

describe('the manifests for Kubernetes', () => {
  it('are each of a kind, as the schema of Kubernetes has it', () => {
    expect(documents.map(({ kind }) => kind).sort()).toEqual(Object.keys(KINDS).sort());
    for (const document of documents) {
      expect(document.apiVersion).toBe((KINDS[document.kind] as unknown as { apiVersion: string }).apiVersion);
      expect(() => make(document).validate()).not.toThrow();
    }
    expect(() => make({ ...documents[1], spec: { replicas: 'three' } } as never).validate()).toThrow();
  });

  it('belong together', () => {
    const { spec } = named('Deployment');
    const labels = spec?.template.metadata?.labels;
    expect(spec?.selector.matchLabels).toEqual(labels);
    expect(named('Service').spec?.selector).toEqual(labels);
    expect(named('PodDisruptionBudget').spec?.selector?.matchLabels).toEqual(labels);
    const { name } = named('Deployment').metadata ?? {};
    expect(named('HorizontalPodAutoscaler').spec?.scaleTargetRef).toMatchObject({ kind: 'Deployment', name });
    const pod = spec?.template.spec;
    const claim = named('PersistentVolumeClaim').metadata?.name;
    expect(pod?.volumes?.some(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName === claim)).toBe(true);
    const mounts = pod?.containers[0]?.volumeMounts?.map((mount) => mount.name).sort();
    expect(mounts).toEqual(pod?.volumes?.map((volume) => volume.name).sort());
  });

  it('ask for what the gateway has: its probes, its metric, the user and the folder of its image', () => {
    const pod = named('Deployment').spec?.template.spec;
    const [container] = pod?.containers ?? [];
    const health = readFileSync(join(ROOT, 'src/gateway/http/health.controller.ts'), 'utf8');
    for (const probe of [container?.startupProbe, container?.readinessProbe, container?.livenessProbe]) {
      expect(probe?.httpGet?.port).toBe(container?.ports?.[0]?.name);
      expect(health).toContain(`'${probe?.httpGet?.path?.slice(1)}'`);
    }
    const metric = named('HorizontalPodAutoscaler').spec?.metrics?.[0]?.external?.metric.name;
    expect(readFileSync(join(ROOT, 'src/operations/diagnostics/metrics.service.ts'), 'utf8')).toContain(`'${metric}'`);
    const image = readFileSync(join(ROOT, 'Dockerfile'), 'utf8');
    expect(image).toContain(`USER ${pod?.securityContext?.runAsUser}`);
    expect(image).toContain(`VOLUME ${container?.volumeMounts?.[0]?.mountPath}`);
    expect(image).toContain(`EXPOSE ${container?.ports?.[0]?.containerPort}`);
  });
});
