using 'site.bicep'

param name = 'shop'
param size = 'B1'
