"""Drives the sandbox with boto3's clients, waiters and paginators; prints what it saw as JSON."""

import json
import sys

import boto3
from botocore.exceptions import ClientError, WaiterError

template = open(sys.argv[1]).read()
quick = {"Delay": 0.2, "MaxAttempts": 150}
cloudformation = boto3.client("cloudformation")
seen = {}


def outputs():
    stack = cloudformation.describe_stacks(StackName="web")["Stacks"][0]
    return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}


def refused(call, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        return [error.response["Error"]["Code"], error.response["Error"]["Message"]]


stack_id = cloudformation.create_stack(StackName="web", TemplateBody=template)["StackId"]
seen["while"] = cloudformation.describe_stacks(StackName="web")["Stacks"][0]["StackStatus"]
cloudformation.get_waiter("stack_create_complete").wait(StackName="web", WaiterConfig=quick)
seen["created"] = outputs()
seen["again"] = refused(cloudformation.create_stack, StackName="web", TemplateBody=template)

cloudformation.update_stack(
    StackName="web",
    UsePreviousTemplate=True,
    Parameters=[{"ParameterKey": "Size", "ParameterValue": "large"}],
)
seen["busy"] = refused(cloudformation.update_stack, StackName="web", UsePreviousTemplate=True)
cloudformation.get_waiter("stack_update_complete").wait(StackName="web", WaiterConfig=quick)
seen["updated"] = outputs()
seen["unchanged"] = refused(
    cloudformation.update_stack,
    StackName="web",
    UsePreviousTemplate=True,
    Parameters=[{"ParameterKey": "Size", "UsePreviousValue": True}],
)

cloudformation.create_change_set(StackName="web", ChangeSetName="same", UsePreviousTemplate=True,
                                 Parameters=[{"ParameterKey": "Size", "UsePreviousValue": True}])
try:
    cloudformation.get_waiter("change_set_create_complete").wait(
        StackName="web", ChangeSetName="same", WaiterConfig=quick
    )
except WaiterError as error:
    seen["empty"] = [error.last_response["Status"], error.last_response["StatusReason"]]

pages = cloudformation.get_paginator("describe_stack_events").paginate(StackName="web")
seen["events"] = [
    event["ResourceStatus"]
    for event in reversed([event for page in pages for event in page["StackEvents"]])
    if event["LogicalResourceId"] == "web"
]
seen["resources"] = sorted(
    [resource["LogicalResourceId"], resource["ResourceStatus"]]
    for resource in cloudformation.describe_stack_resources(StackName="web")["StackResources"]
)

cloudformation.delete_stack(StackName="web")
cloudformation.get_waiter("stack_delete_complete").wait(StackName="web", WaiterConfig=quick)
seen["deleted"] = cloudformation.describe_stacks(StackName=stack_id)["Stacks"][0]["StackStatus"]
seen["missing"] = refused(cloudformation.describe_stacks, StackName="web")
print(json.dumps(seen))
