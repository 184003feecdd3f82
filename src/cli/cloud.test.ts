import { describe, expect, it } from 'vitest'
import { consoleLink } from './cloud.ts'

describe('the page in the cloud’s console', () => {
  const group = '/subscriptions/0-1/resourceGroups/web/providers/Microsoft.Resources'
  const table: { name: string; given: string; want: string | undefined }[] = [
    {
      name: 'a stack',
      given: 'arn:aws:cloudformation:eu-west-1:1:stack/web/1',
      want: 'https://eu-west-1.console.aws.amazon.com/cloudformation/home?region=eu-west-1#/stacks/stackinfo?stackId=arn%3Aaws%3Acloudformation%3Aeu-west-1%3A1%3Astack%2Fweb%2F1',
    },
    {
      name: 'a stack of no known partition',
      given: 'arn:aws-x:cloudformation:eu-1:1:stack/web/1',
      want: undefined,
    },
    {
      name: 'an ARM deployment',
      given: `${group}/deployments/web`,
      want: 'https://portal.azure.com/#view/HubsExtension/DeploymentDetailsBlade/~/overview/id/%2Fsubscriptions%2F0-1%2FresourceGroups%2Fweb%2Fproviders%2FMicrosoft.Resources%2Fdeployments%2Fweb',
    },
    {
      name: 'a deployment stack',
      given: `${group}/deploymentStacks/web`,
      want: `https://portal.azure.com/#resource${group}/deploymentStacks/web`,
    },
    { name: 'something else', given: 'web', want: undefined },
  ]
  it.each(table)('$name', ({ given, want }) => {
    expect(consoleLink(given)).toBe(want)
  })
})
