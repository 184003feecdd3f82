import type { Command } from 'commander'
import type { Io } from './io.ts'

/** A verb: what `--help` says of it, and where it is. Only the verb that is called is ever loaded. */
export interface Verb {
  name: string
  group: 'Every day' | 'Changing things' | 'Before a commit' | 'Running it'
  summary: string
  load(): Promise<(io: Io) => Command>
}

/** Every verb of the command line, in the order in which help shows them. */
export const verbs: readonly Verb[] = [
  {
    name: 'get',
    group: 'Every day',
    summary: 'what there is, and whether it is Ready',
    load: async () => (await import('./commands/get.ts')).createGetCommand,
  },
  {
    name: 'events',
    group: 'Every day',
    summary: 'what happened in the last seven days',
    load: async () => (await import('./commands/events.ts')).createEventsCommand,
  },
  {
    name: 'trace',
    group: 'Every day',
    summary: 'where an object comes from, what it waits for, who waits for it',
    load: async () => (await import('./commands/trace.ts')).createTraceCommand,
  },
  {
    name: 'tree',
    group: 'Every day',
    summary: 'sources, what is made from them, and how far it is',
    load: async () => (await import('./commands/tree.ts')).createTreeCommand,
  },
  {
    name: 'history',
    group: 'Every day',
    summary: 'the last operations of an object and how they ended',
    load: async () => (await import('./commands/history.ts')).createHistoryCommand,
  },
  {
    name: 'reconcile',
    group: 'Changing things',
    summary: 'look at an object now, and wait for the outcome',
    load: async () => (await import('./commands/reconcile.ts')).createReconcileCommand,
  },
  {
    name: 'suspend',
    group: 'Changing things',
    summary: 'start no new work on an object; what runs is not cancelled',
    load: async () => (await import('./commands/suspend.ts')).createSuspendCommand,
  },
  {
    name: 'resume',
    group: 'Changing things',
    summary: 'end a suspension',
    load: async () => (await import('./commands/resume.ts')).createResumeCommand,
  },
  {
    name: 'approve',
    group: 'Changing things',
    summary: 'say yes to what is held: objects that would leave',
    load: async () => (await import('./commands/approve.ts')).createApproveCommand,
  },
  {
    name: 'delete',
    group: 'Changing things',
    summary: 'let go of an object that git declares no more',
    load: async () => (await import('./commands/delete.ts')).createDeleteCommand,
  },
  {
    name: 'validate',
    group: 'Before a commit',
    summary: 'every mistake in a folder, with file, line and what to do',
    load: async () => (await import('./commands/validate.ts')).createValidateCommand,
  },
  {
    name: 'build',
    group: 'Before a commit',
    summary: 'the objects a folder declares, as the controller reads them',
    load: async () => (await import('./commands/build.ts')).createBuildCommand,
  },
  {
    name: 'diff',
    group: 'Before a commit',
    summary: 'what a folder or a revision would do to the stacks',
    load: async () => (await import('./commands/diff.ts')).createDiffCommand,
  },
  {
    name: 'run',
    group: 'Running it',
    summary: 'the controller, until told to end',
    load: async () => (await import('./commands/run.ts')).createRunCommand,
  },
  {
    name: 'source',
    group: 'Running it',
    summary: 'what a git host can do, and what reading from it costs',
    load: async () => (await import('./commands/source.ts')).createSourceCommand,
  },
  {
    name: 'check',
    group: 'Running it',
    summary: 'whether it could work here: settings, state, repository, AWS identity',
    load: async () => (await import('./commands/check.ts')).createCheckCommand,
  },
  {
    name: 'sandbox',
    group: 'Running it',
    summary: 'a pretend AWS or Azure on this machine',
    load: async () => (await import('./commands/sandbox/command.ts')).createSandboxCommand,
  },
  {
    name: 'demo',
    group: 'Running it',
    summary: 'see it work on this machine, without any account',
    load: async () => (await import('./commands/demo.ts')).createDemoCommand,
  },
]
