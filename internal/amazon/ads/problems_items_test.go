package ads_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/ads"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/sharedtest"
)

// itemCodes are codes of v1 and reasons of v3 that an item of a write can be refused with, one or more for each problem of that sort.
var itemCodes = map[string]problem.Code{
	"FIELD_VALUE_IS_ABOVE_MAXIMUM_LIMIT":                  problem.AdsValueOutOfRange,
	"BUDGET_OUT_OF_MARKET_PLACE_RANGE":                    problem.AdsValueOutOfRange,
	"BID_GT_BUDGET":                                       problem.AdsBidOverBudget,
	"BUDGET_LT_PREDEFINED_TARGET_BIDS":                    problem.AdsBidOverBudget,
	"FIELD_SIZE_IS_ABOVE_MAXIMUM_LIMIT":                   problem.AdsValueLength,
	"DURATION_TOO_SHORT":                                  problem.AdsValueLength,
	"FIELD_VALUE_CONTAINS_INVALID_CHARACTERS":             problem.AdsValueCharacters,
	"PATTERN_NOT_MATCHED":                                 problem.AdsValueCharacters,
	"FIELD_VALUE_CONTAINS_BLOCKLISTED_WORDS":              problem.AdsWordsNotAllowed,
	"FIELD_VALUE_IS_NULL":                                 problem.AdsValueMissing,
	"BID_MISSING_AUDIENCES":                               problem.AdsValueMissing,
	"FIELD_VALUE_NOT_UNIQUE":                              problem.AdsNameTaken,
	"NAME_NOT_UNIQUE":                                     problem.AdsNameTaken,
	"DUPLICATE_FIELD_VALUE_FOUND":                         problem.AdsDuplicate,
	"CONFLICT":                                            problem.AdsDuplicate,
	"ARCHIVED_RESOURCE_CANNOT_EDIT":                       problem.AdsArchived,
	"RESOURCE_IS_IN_TERMINAL_STATE":                       problem.AdsArchived,
	"ARCHIVED_PARENT_CANNOT_CREATE":                       problem.AdsParentArchived,
	"PARENT_STATUS_FORBIDS_UPDATES_AND_CREATES":           problem.AdsParentArchived,
	"INVALID_STATE_TRANSITION":                            problem.AdsStateChange,
	"MARKETPLACE_STATE_CANNOT_BE_ARCHIVED":                problem.AdsStateChange,
	"RESOURCE_DOES_NOT_BELONG_TO_PARENT":                  problem.AdsParentUnknown,
	"PARENT_ENTITY_DOES_NOT_TARGET_THESE_MARKETPLACES":    problem.AdsParentUnknown,
	"AUTOCREATED_ENTITY_CANNOT_EDIT":                      problem.AdsAutomaticOnly,
	"AUTO_TARGETING_CLAUSE_CANNOT_BE_CREATED_MANUALLY":    problem.AdsAutomaticOnly,
	"TOTAL_RESOURCE_LIMIT_EXCEEDED":                       problem.AdsLimitReached,
	"BID_SHOPPER_COHORTS_MORE_THAN_ALLOWED":               problem.AdsLimitReached,
	"DATE_CANNOT_BE_IN_PAST":                              problem.AdsDate,
	"START_DATE_EQUAL_END_DATE":                           problem.AdsDate,
	"TYPE_CONFLICT_IN_AD_GROUP":                           problem.AdsTargetingConflict,
	"UNSUPPORTED_EXPRESSION_TYPE":                         problem.AdsTargetingConflict,
	"ACTION_NOT_SUPPORTED":                                problem.AdsNotSupported,
	"UNSUPPORTED_OPERATION":                               problem.AdsNotSupported,
	"FEATURE_DISCONTINUED":                                problem.AdsDiscontinued,
	"UNSUPPORTED_MARKETPLACE":                             problem.AdsMarketplaceUnsupported,
	"APPLICABLE_MARKETPLACES_MISMATCH_ERROR":              problem.AdsMarketplaceUnsupported,
	"PRODUCT_INELIGIBLE":                                  problem.AdsProductIneligible,
	"INVALID_SKU":                                         problem.AdsProductIneligible,
	"BUDGET_CURRENCY_DOES_NOT_MATCH_MARKETPLACE_SETTINGS": problem.AdsCurrency,
	"PREFERRED_CURRENCY_NOT_SET":                          problem.AdsCurrency,
	"ASSET_NOT_READY":                                     problem.AdsAssetNotReady,
	"EXPIRED_PROMOTION_CODE":                              problem.AdsPromotionCode,
	"MAXIMUM_REDEMPTIONS_REACHED":                         problem.AdsPromotionCode,
	"ACCOUNT_ALREADY_EXISTS_FOR_ACCOUNT_NAME":             problem.AdsAccountExists,
	"ACCOUNT_ALREADY_EXISTS_FOR_VENDOR":                   problem.AdsAccountExists,
	"ADDRESS_BUSINESS_NAME_TOO_LONG":                      problem.AdsAccountDetails,
	"MISSING_ZIP_CODE":                                    problem.AdsAccountDetails,
	"FIELD_VALUE_CANNOT_EDIT":                             problem.AdsFieldNotWritable,
	"RESOURCE_ID_NOT_FOUND":                               problem.AdsNotFound,
	"FIELD_VALUE_IS_INVALID":                              problem.AdsInvalidArgument,
	"ACCOUNT_NOT_ELIGIBLE":                                problem.AdsNotEligible,
	"PAYMENT_ISSUE":                                       problem.AdsPayment,
	"TOO_MANY_REQUESTS":                                   problem.AdsThrottledWithoutTime,
	"INTERNAL_ERROR":                                      problem.AdsServerError,
	"CONTENT_TOO_LARGE":                                   problem.AdsTooLarge,
	"ACCESS_DENIED_FOR_MANAGER_ACCOUNT":                   problem.AdsAccessDenied,
}

func itemBody(code string) []byte { return []byte(`{"code":"` + code + `","message":"x"}`) }

// TestItemCodes holds which problem an item's code is.
func TestItemCodes(t *testing.T) {
	t.Parallel()
	for code, want := range itemCodes {
		if got := ads.New().Refusal(amazon.Evidence{Body: itemBody(code)}).Code; got != want {
			t.Errorf("%s is %s, want %s", code, got, want)
		}
	}
}

// TestEveryItemCodeHasAProblem holds that no code of v1 and no reason of Sponsored Products v3 that Amazon's documents list is unknown.
func TestEveryItemCodeHasAProblem(t *testing.T) {
	t.Parallel()
	for file, of := range map[string]func(name string) bool{
		"ads-v1-all.json":            func(name string) bool { return name == "ErrorCode" },
		"sponsored-products-v3.json": func(name string) bool { return strings.HasSuffix(name, "ErrorReason") },
	} {
		text, err := os.ReadFile(sharedtest.Path(t, "specs", file))
		if err != nil {
			t.Fatal(err)
		}
		var spec struct {
			Components struct {
				Schemas map[string]struct{ Enum []string }
			}
		}
		if err := json.Unmarshal(text, &spec); err != nil {
			t.Fatal(err)
		}
		seen := 0
		for name, schema := range spec.Components.Schemas {
			if !of(name) {
				continue
			}
			for _, code := range schema.Enum {
				seen++
				if code == "UNAUTHORIZED" { // of a token, which no item is refused for
					continue
				}
				if got := ads.New().Refusal(amazon.Evidence{Body: itemBody(code)}); got.Code == problem.AdsUnrecognised {
					t.Errorf("%s: %s of %s is not recognised", file, code, name)
				}
			}
		}
		if seen < 50 {
			t.Errorf("%s: %d codes", file, seen)
		}
	}
}
