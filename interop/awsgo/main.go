// Command awsgo is aws-sdk-go-v2 as its users run it: a module of its own, so that the main one does not depend on it. What it talks to,
// and with which credentials, stands in the environment and in nothing that this program does.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

func main() {
	if err := drive(context.Background()); err != nil {
		log.Fatal(err)
	}
}

func drive(ctx context.Context) error {
	cfg, err := config.LoadDefaultConfig(ctx, config.WithRegion("us-east-1"), config.WithSharedConfigProfile(os.Getenv("DRIVE_PROFILE")))
	if err != nil {
		return err
	}
	id := sts.NewFromConfig(cfg)
	who, err := id.GetCallerIdentity(ctx, nil)
	if err != nil {
		return err
	}
	if !strings.HasSuffix(aws.ToString(who.Arn), ":user/"+os.Getenv("DRIVE_USER")) {
		return fmt.Errorf("it is %s", aws.ToString(who.Arn))
	}
	own, err := cfg.Credentials.Retrieve(ctx)
	if err != nil {
		return err
	}
	if os.Getenv("DRIVE_AS") == "taker" {
		if !strings.HasPrefix(own.AccessKeyID, "ASIA") || own.SessionToken == "" || !own.CanExpire || own.AccountID == "" {
			return errors.New("these are no session credentials with an account")
		}
		return nil
	}
	client := iam.NewFromConfig(cfg)
	user := aws.String("go-svc")
	if _, err := client.CreateUser(ctx, &iam.CreateUserInput{UserName: user}); err != nil {
		return err
	}
	var keys []*types.AccessKey
	for range 2 {
		made, err := client.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: user})
		if err != nil {
			return err
		}
		keys = append(keys, made.AccessKey)
	}
	_, err = client.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: user})
	if limit := (*types.LimitExceededException)(nil); !errors.As(err, &limit) {
		return fmt.Errorf("a third key: %w", err)
	}
	mine := cfg.Copy()
	mine.Credentials = credentials.NewStaticCredentialsProvider(*keys[1].AccessKeyId, *keys[1].SecretAccessKey, "")
	session, err := sts.NewFromConfig(mine).GetSessionToken(ctx, &sts.GetSessionTokenInput{DurationSeconds: aws.Int32(900)})
	if err != nil || session.Credentials.SessionToken == nil {
		return fmt.Errorf("a session: %w", err)
	}
	n := 0
	for pages := iam.NewListAccessKeysPaginator(client, &iam.ListAccessKeysInput{UserName: user, MaxItems: aws.Int32(1)}); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return err
		}
		n += len(page.AccessKeyMetadata)
	}
	if n != 2 {
		return fmt.Errorf("%d keys are listed", n)
	}
	for _, k := range keys {
		if _, err := client.UpdateAccessKey(ctx, &iam.UpdateAccessKeyInput{UserName: user, AccessKeyId: k.AccessKeyId, Status: types.StatusTypeInactive}); err != nil {
			return err
		}
		if _, err := client.DeleteAccessKey(ctx, &iam.DeleteAccessKeyInput{UserName: user, AccessKeyId: k.AccessKeyId}); err != nil {
			return err
		}
	}
	_, err = client.DeleteUser(ctx, &iam.DeleteUserInput{UserName: user})
	return err
}
