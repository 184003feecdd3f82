metadata description = 'Mails when something is wrong with the controller itself. A deployment that fails is not: it is in headwater get.'

param name string
param location string
param tags object
param insightsId string
param email string

var rules = [
  {
    name: 'silence'
    description: 'The schedule did not run for ten minutes: nothing is watched.'
    query: 'requests | where operation_Name == "schedule" and success == true'
    operator: 'LessThan'
    threshold: 1
  }
  {
    name: 'errors'
    description: 'Functions end in errors: look into their logs; a setting that is wrong is named there.'
    query: 'requests | where success == false and operation_Name in ("schedule", "webhook", "events", "sync")'
    operator: 'GreaterThan'
    threshold: 5
  }
  {
    name: 'poison'
    description: 'The step of an object ended in an error five times; the log names it, its message is in due-poison.'
    query: 'traces | where message has "the last delivery of a message failed"'
    operator: 'GreaterThan'
    threshold: 0
  }
]

resource people 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: '${name}-people'
  location: 'global'
  tags: tags
  properties: {
    groupShortName: 'headwater'
    enabled: true
    emailReceivers: [{ name: 'mail', emailAddress: email, useCommonAlertSchema: true }]
  }
}

resource alert 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [
  for rule in rules: {
    name: '${name}-${rule.name}'
    location: location
    tags: tags
    properties: {
      description: rule.description
      severity: 2
      enabled: true
      scopes: [insightsId]
      evaluationFrequency: 'PT5M'
      windowSize: 'PT10M'
      criteria: {
        allOf: [
          {
            query: rule.query
            timeAggregation: 'Count'
            operator: rule.operator
            threshold: rule.threshold
          }
        ]
      }
      actions: { actionGroups: [people.id] }
    }
  }
]
