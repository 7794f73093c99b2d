// AWS's own JavaScript clients as their users run them; what they talk to stands in the environment.
const assert = require('node:assert');
const { IAMClient, ...iam } = require('@aws-sdk/client-iam');
const { STSClient, ...sts } = require('@aws-sdk/client-sts');

const { DRIVE_USER, DRIVE_AS } = process.env;

async function main() {
  const id = new STSClient({ region: 'us-east-1' });
  const who = await id.send(new sts.GetCallerIdentityCommand({}));
  assert(who.Arn.endsWith(':user/' + DRIVE_USER), who.Arn);
  const own = await id.config.credentials();
  if (DRIVE_AS === 'taker') {
    assert(own.accessKeyId.startsWith('ASIA') && own.sessionToken && own.expiration, 'these are no session credentials');
    await id.send(new sts.GetCallerIdentityCommand({}));
    return;
  }
  const client = new IAMClient({ region: 'us-east-1' });
  const UserName = 'js-svc';
  await client.send(new iam.CreateUserCommand({ UserName }));
  const first = (await client.send(new iam.CreateAccessKeyCommand({ UserName }))).AccessKey;
  const second = (await client.send(new iam.CreateAccessKeyCommand({ UserName }))).AccessKey;
  await assert.rejects(client.send(new iam.CreateAccessKeyCommand({ UserName })), { name: 'LimitExceededException' });
  const listed = [];
  for await (const page of iam.paginateListAccessKeys({ client, pageSize: 1 }, { UserName })) listed.push(...page.AccessKeyMetadata);
  assert.deepStrictEqual(listed.map((k) => k.AccessKeyId), [first.AccessKeyId, second.AccessKeyId]);
  assert(listed[0].CreateDate instanceof Date);
  await client.send(new iam.UpdateAccessKeyCommand({ UserName, AccessKeyId: first.AccessKeyId, Status: 'Inactive' }));
  const used = await client.send(new iam.GetAccessKeyLastUsedCommand({ AccessKeyId: first.AccessKeyId }));
  assert.strictEqual(used.AccessKeyLastUsed.Region, 'N/A');
  const credentials = { accessKeyId: second.AccessKeyId, secretAccessKey: second.SecretAccessKey };
  const mine = new STSClient({ region: 'eu-west-1', credentials });
  const session = (await mine.send(new sts.GetSessionTokenCommand({ DurationSeconds: 900 }))).Credentials;
  assert(session.SessionToken && session.Expiration instanceof Date);
  for (const key of [first, second]) await client.send(new iam.DeleteAccessKeyCommand({ UserName, AccessKeyId: key.AccessKeyId }));
  await client.send(new iam.DeleteUserCommand({ UserName }));
  await assert.rejects(client.send(new iam.GetUserCommand({ UserName })), { name: 'NoSuchEntityException' });
}

main().catch((e) => {
  console.error(e.name, e.message);
  process.exit(1);
});
