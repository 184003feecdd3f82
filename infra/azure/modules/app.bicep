metadata description = 'The functions on Flex Consumption: code, host storage and logs by identity, no keys anywhere.'

param name string
param location string
param tags object
@description('The identity that the functions have.')
param identityId string
@description('Its client id.')
param clientId string
param storageName string
param blobEndpoint string
@description('Where logs go; it names a place and is no secret, as the place takes tokens only.')
param insightsConnection string
param instanceMemoryMB int
@description('Settings by name; empty ones are left out.')
param settings object

var ours = {
  AzureWebJobsStorage__accountName: storageName
  AzureWebJobsStorage__credential: 'managedidentity'
  AzureWebJobsStorage__clientId: clientId
  APPLICATIONINSIGHTS_CONNECTION_STRING: insightsConnection
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${clientId};Authorization=AAD'
  HEADWATER_STORE: 'aztable://${storageName}/headwater'
  HEADWATER_BLOBS: 'azblob://${storageName}/bodies'
  HEADWATER_QUEUE: 'azqueue://${storageName}/due'
  HEADWATER_AZURE_CREDENTIAL: 'managed-identity'
  HEADWATER_AZURE_CLIENT_ID: clientId
  HEADWATER_AZURE_TENANT_ID: tenant().tenantId
}

resource plan 'Microsoft.Web/serverfarms@2024-04-01' = {
  name: '${name}-plan'
  location: location
  tags: tags
  kind: 'functionapp'
  sku: { tier: 'FlexConsumption', name: 'FC1' }
  properties: { reserved: true }
}

resource app 'Microsoft.Web/sites@2024-04-01' = {
  name: name
  location: location
  tags: tags
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identityId}': {} }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    keyVaultReferenceIdentity: identityId
    siteConfig: {
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
      ftpsState: 'Disabled'
      http20Enabled: true
      appSettings: [
        for setting in filter(items(union(settings, ours)), (one) => string(one.value) != ''): {
          name: setting.key
          value: string(setting.value)
        }
      ]
    }
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: '${blobEndpoint}code'
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identityId
          }
        }
      }
      runtime: { name: 'node', version: '22' }
      scaleAndConcurrency: {
        instanceMemoryMB: instanceMemoryMB
        maximumInstanceCount: 40
      }
    }
  }
}

// Publishing takes tokens only.
resource noFtp 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2024-04-01' = {
  parent: app
  name: 'ftp'
  properties: { allow: false }
}

resource noScm 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2024-04-01' = {
  parent: app
  name: 'scm'
  properties: { allow: false }
}

output id string = app.id
output name string = app.name
output hostName string = app.properties.defaultHostName
