metadata description = 'What must be there before Headwater can deploy itself into this resource group. Deployed once, by a person who may give rights here.'

// What infra/azure is made of, and nothing else.
var actions = [
  'Microsoft.EventGrid/systemTopics/*'
  'Microsoft.Insights/actionGroups/*'
  'Microsoft.Insights/components/*'
  'Microsoft.Insights/scheduledQueryRules/*'
  'Microsoft.ManagedIdentity/userAssignedIdentities/*'
  'Microsoft.OperationalInsights/workspaces/*'
  'Microsoft.Resources/deployments/*'
  'Microsoft.Resources/deploymentStacks/*'
  'Microsoft.Resources/subscriptions/resourceGroups/read'
  'Microsoft.Storage/storageAccounts/blobServices/*'
  'Microsoft.Storage/storageAccounts/queueServices/*'
  'Microsoft.Storage/storageAccounts/read'
  'Microsoft.Storage/storageAccounts/tableServices/*'
  'Microsoft.Storage/storageAccounts/write'
  'Microsoft.Web/serverfarms/*'
  'Microsoft.Web/sites/*'
  // The template gives the identity its roles: whoever may push to the repository can give it more, here.
  'Microsoft.Authorization/roleAssignments/read'
  'Microsoft.Authorization/roleAssignments/write'
]

resource role 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(resourceGroup().id, 'headwater deploys itself')
  properties: {
    roleName: 'Headwater deploys itself (${resourceGroup().name})'
    description: 'Deploys the template infra/azure of Headwater.'
    assignableScopes: [resourceGroup().id]
    permissions: [{ actions: actions, notActions: [] }]
  }
}

@description('The manifest\'s deployRoleId.')
output deployRoleId string = role.name
