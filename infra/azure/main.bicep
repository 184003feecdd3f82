metadata name = 'Headwater'
metadata description = 'GitOps for cloud stacks: five functions on Flex Consumption over one storage account, with an identity and no keys. See docs/azure.md.'

@description('Begins the names of all resources; with the group it makes those unique that must be.')
@minLength(2)
@maxLength(20)
param name string = 'headwater'

@description('Where everything is.')
param location string = resourceGroup().location

@description('The git repository to start from, like https://github.com/you/fleet.')
param sourceUrl string

@description('Branch of it to follow.')
param sourceBranch string = 'main'

@description('Folder in it whose documents are loaded.')
param sourcePath string = './'

@description('Reference to its credentials, like azure-kv://vault/git. Empty: a public repository.')
param sourceReference string = ''

@description('Who signs in to its host: generic, github, aws, azure. With azure the controller\'s managed identity, which must be a user of the organization.')
@allowed(['generic', 'github', 'aws', 'azure'])
param sourceProvider string = 'generic'

@description('Reference to the secret that webhooks are signed with, like azure-kv://vault/webhook. Empty: no webhooks.')
param webhookReference string = ''

@description('Name of the key vault that the references above name, in this resource group. Empty: none.')
param keyVaultName string = ''

@description('Resource groups of this subscription that Headwater may deploy into. They must be there.')
param deployResourceGroups string[] = []

@description('Role that it gets in each of them. Default: Contributor, which may not give rights to anybody.')
param deployRoleId string = 'b24988ac-6180-42a0-ab88-20f7382dd24c'

@description('Whether this group may be among them: who may push to the repository can then change the controller.')
param mayDeployItself bool = false

@description('Name of this controller in its ownership marks. Two controllers over one subscription need two.')
param controllerId string = 'headwater'

@description('Audience of the tokens that the function sync takes, like api://headwater. Empty: nobody may call it.')
param syncAudience string = ''

@description('Who may call it, by commas: application ids, object ids, role:NAME.')
param syncCallers string = ''

@description('Whether the ends of deployments in this subscription are told at once. Only once the code is published: Event Grid asks for the function.')
param withEvents bool = false

@description('Who gets a mail when something is wrong with the controller itself. Empty: nobody.')
param alertEmail string = ''

@description('Memory of an instance in MB. The Bicep compiler needs 2048.')
@allowed([512, 2048, 4096])
param instanceMemoryMB int = 2048

@description('More settings of the functions, by name: HEADWATER_AWS_ROLE_ARN and the like. Never a secret.')
param moreSettings object = {}

@description('Tags on every resource.')
param tags object = {}

var unique = uniqueString(resourceGroup().id, name)
var ownGroup = toLower(resourceGroup().name)
var deployGroups = filter(deployResourceGroups, (group) => mayDeployItself || toLower(group) != ownGroup)

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
  name: '${name}-identity'
  location: location
  tags: tags
}

module storage 'modules/storage.bicep' = {
  name: '${name}-storage'
  params: {
    name: take('${replace(toLower(name), '-', '')}${unique}', 24)
    location: location
    tags: tags
    principalId: identity.properties.principalId
  }
}

module monitoring 'modules/monitoring.bicep' = {
  name: '${name}-monitoring'
  params: {
    name: name
    location: location
    tags: tags
    principalId: identity.properties.principalId
  }
}

module vault 'modules/vault.bicep' = if (keyVaultName != '') {
  name: '${name}-vault'
  params: {
    name: keyVaultName
    principalId: identity.properties.principalId
  }
}

module rights 'modules/rights.bicep' = [
  for group in deployGroups: {
    name: '${name}-rights-${uniqueString(group)}'
    scope: resourceGroup(group)
    params: {
      principalId: identity.properties.principalId
      roleId: deployRoleId
    }
  }
]

module app 'modules/app.bicep' = {
  name: '${name}-app'
  params: {
    name: '${name}-${unique}'
    location: location
    tags: tags
    identityId: identity.id
    clientId: identity.properties.clientId
    storageName: storage.outputs.name
    blobEndpoint: storage.outputs.blobEndpoint
    insightsConnection: monitoring.outputs.connection
    instanceMemoryMB: instanceMemoryMB
    settings: union(
      {
        HEADWATER_SOURCE_URL: sourceUrl
        HEADWATER_SOURCE_BRANCH: sourceBranch
        HEADWATER_SOURCE_PATH: sourcePath
        HEADWATER_SOURCE_SECRET: sourceReference
        HEADWATER_SOURCE_PROVIDER: sourceProvider
        HEADWATER_WEBHOOK_SECRET: webhookReference
        HEADWATER_CONTROLLER_ID: controllerId
        HEADWATER_SYNC_AUDIENCE: syncAudience
        HEADWATER_SYNC_CALLERS: syncCallers
      },
      moreSettings
    )
  }
}

module events 'modules/events.bicep' = if (withEvents) {
  name: '${name}-events'
  params: {
    name: '${name}-events'
    tags: tags
    functionAppId: app.outputs.id
  }
}

module alerts 'modules/alerts.bicep' = if (alertEmail != '') {
  name: '${name}-alerts'
  params: {
    name: name
    location: location
    tags: tags
    insightsId: monitoring.outputs.insightsId
    email: alertEmail
  }
}

@description('What az functionapp deployment takes as --name.')
output functionApp string = app.outputs.name

@description('Where a git host sends its webhooks: with github or generic after it.')
output webhookUrl string = 'https://${app.outputs.hostName}/webhook/'

@description('HEADWATER_STORE for a laptop that has Storage Table Data Contributor on the account.')
output store string = 'aztable://${storage.outputs.name}/headwater'

@description('HEADWATER_BLOBS for a laptop.')
output blobs string = 'azblob://${storage.outputs.name}/bodies'

@description('What to give rights to elsewhere: other subscriptions, a vault, an AWS role.')
output principalId string = identity.properties.principalId
