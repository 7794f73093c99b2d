"""boto3 as AWS's users run it. What it talks to stands in its environment: IAM and STS, and where its credentials come from."""

import os
import sys
import urllib.request

import boto3
from botocore.exceptions import ClientError

session = boto3.Session(profile_name=os.environ.get("DRIVE_PROFILE"), region_name="us-east-1")
sts = session.client("sts")
who = sts.get_caller_identity()
assert who["Arn"].endswith(":user/" + os.environ["DRIVE_USER"]), who["Arn"]

if os.environ["DRIVE_AS"] == "taker":
    credentials = session.get_credentials()
    frozen = credentials.get_frozen_credentials()
    assert frozen.access_key.startswith("ASIA") and frozen.token, "these are no session credentials"
    for _ in range(3):
        sts.get_caller_identity()
    sys.exit(0)

iam = session.client("iam")
user = "boto-svc"
iam.create_user(UserName=user)
policy = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sqs:*","Resource":"*"}]}'
iam.put_user_policy(UserName=user, PolicyName="p", PolicyDocument=policy)
assert iam.get_user_policy(UserName=user, PolicyName="p")["PolicyDocument"]["Statement"][0]["Action"] == "sqs:*"
assert iam.list_user_policies(UserName=user)["PolicyNames"] == ["p"]
assert iam.get_user(UserName=user)["User"]["UserName"] == user and iam.get_user()["User"]["Arn"] == who["Arn"]
assert user in [u["UserName"] for page in iam.get_paginator("list_users").paginate(PaginationConfig={"PageSize": 1}) for u in page["Users"]]
first = iam.create_access_key(UserName=user)["AccessKey"]
second = iam.create_access_key(UserName=user)["AccessKey"]
assert first["SecretAccessKey"] != second["SecretAccessKey"]
try:
    iam.create_access_key(UserName=user)
    sys.exit("a third key was made")
except iam.exceptions.LimitExceededException as e:
    assert e.response["ResponseMetadata"]["HTTPStatusCode"] == 409
listed = [k for page in iam.get_paginator("list_access_keys").paginate(UserName=user, PaginationConfig={"PageSize": 1}) for k in page["AccessKeyMetadata"]]
assert [k["AccessKeyId"] for k in listed] == [first["AccessKeyId"], second["AccessKeyId"]]
assert "LastUsedDate" not in iam.get_access_key_last_used(AccessKeyId=first["AccessKeyId"])["AccessKeyLastUsed"]
assert sts.get_access_key_info(AccessKeyId=first["AccessKeyId"])["Account"] == who["Account"]
iam.update_access_key(UserName=user, AccessKeyId=first["AccessKeyId"], Status="Inactive")
try:
    boto3.client("sts", aws_access_key_id=first["AccessKeyId"], aws_secret_access_key=first["SecretAccessKey"], region_name="us-east-1").get_caller_identity()
    sys.exit("an inactive key works")
except ClientError as e:
    assert e.response["Error"]["Code"] == "InvalidClientTokenId", e
mine = boto3.client("sts", aws_access_key_id=second["AccessKeyId"], aws_secret_access_key=second["SecretAccessKey"], region_name="eu-west-1")
assert mine.get_caller_identity()["Arn"].endswith(user)
signed = mine.generate_presigned_url("get_caller_identity", HttpMethod="GET")  # as what proves itself to a cluster does
with urllib.request.urlopen(signed) as answer:
    assert user.encode() in answer.read()
token = mine.get_session_token(DurationSeconds=900)["Credentials"]
assert token["AccessKeyId"].startswith("ASIA") and token["Expiration"].tzinfo
role = sts.assume_role(RoleArn="arn:aws:iam::%s:role/lockkeeper-demo" % who["Account"], RoleSessionName="boto")
assert role["AssumedRoleUser"]["Arn"].endswith("assumed-role/lockkeeper-demo/boto")
for key in (first, second):
    iam.delete_access_key(UserName=user, AccessKeyId=key["AccessKeyId"])
iam.delete_user_policy(UserName=user, PolicyName="p")
iam.delete_user(UserName=user)
try:
    iam.list_access_keys(UserName=user)
    sys.exit("the user is still there")
except iam.exceptions.NoSuchEntityException:
    pass
