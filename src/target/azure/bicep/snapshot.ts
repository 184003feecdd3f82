import path from 'node:path'
import * as z from 'zod'
import { stalled } from '../../../api/errors.ts'
import type { Snapshot, SnapshotRequest } from '../../../template/bicep/compiler.ts'
import { parametersText } from '../../../template/bicep/literal.ts'
import type { CompilePorts } from './compile.ts'

const answerSchema = z.object({ snapshot: z.string() })
const snapshotSchema = z.object({
  predictedResources: z.array(z.record(z.string(), z.unknown())),
  diagnostics: z.array(z.unknown()),
  outputs: z.record(z.string(), z.unknown()).default({}),
})

/** Has a packaged template worked out by Microsoft's own engine, without Azure: what is known only there stays an expression. */
export async function snapshot(
  { template, parameters, place }: SnapshotRequest,
  ports: CompilePorts,
): Promise<Snapshot> {
  const encode = (text: string): Uint8Array => new TextEncoder().encode(text)
  const files = new Map([
    ['main.json', encode(template)],
    ['main.bicepparam', encode(parametersText('main.json', parameters))],
  ])
  const workplace = await ports.workplace()
  return ports.children.use({ environment: {}, registries: [] }, async (child) => {
    const tree = await workplace.layOut(files)
    try {
      const answer = await child.call('getSnapshot', {
        path: path.join(tree.root, 'main.bicepparam'),
        metadata: place,
      })
      const { snapshot: text } = answerSchema.parse(answer)
      const { predictedResources, outputs, diagnostics } = snapshotSchema.parse(JSON.parse(text))
      return { resources: predictedResources, outputs, diagnostics: diagnostics.map(String) }
    } catch (error) {
      if (!(error instanceof z.ZodError) && !(error instanceof SyntaxError)) throw error
      throw stalled('BicepFailed', 'bicep answered a snapshot in a form that is not known', error)
    } finally {
      await tree.remove()
    }
  })
}
