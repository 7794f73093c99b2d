package creatorsfake

import "github.com/lockkeeper-dev/lockkeeper/sandbox/kit"

// switches are the points where sources differ about the Creators API, or where a test wants an account otherwise. The evidence for each
// value stands in divergences.md.
type switches struct {
	eligibility  *kit.Switch
	perSecond    *kit.Switch
	perDay       *kit.Switch
	retryAfter   *kit.Switch
	nulls        *kit.Switch
	errorForm    *kit.Switch
	fieldList    *kit.Switch
	noCredential *kit.Switch
	otherRegion  *kit.Switch
	tokenForm    *kit.Switch
}

func newSwitches() *switches {
	return &switches{
		eligibility:  kit.NewSwitch("creators.eligibility", "whether accounts that sell enough are eligible, or have all lost it", "kept", "lost"),
		perSecond:    kit.NewSwitch("creators.calls_per_second", "calls a second that each account may make; off counts nothing", "off", "1", "2", "5", "10"),
		perDay:       kit.NewSwitch("creators.calls_per_day", "calls a day that each account may make; off counts nothing", "off", "8640", "20"),
		retryAfter:   kit.NewSwitch("creators.retry_after", "where a throttled call is told how long to wait", "body", "header", "none"),
		nulls:        kit.NewSwitch("creators.nulls", "whether members that were not asked for are null or left out", "explicit", "omit"),
		errorForm:    kit.NewSwitch("creators.error_form", "whether an error names its kind as type or, with a prefix, as __type", "type", "__type"),
		fieldList:    kit.NewSwitch("creators.field_list", "whether fieldList holds objects or texts", "objects", "texts"),
		noCredential: kit.NewSwitch("creators.no_authorization", "how a call without Authorization is refused", "MissingCredential", "InvalidToken"),
		otherRegion:  kit.NewSwitch("creators.other_region", "how a marketplace of another region than the token's is refused", "InvalidAssociate", "InvalidIssuer"),
		tokenForm:    kit.NewSwitch("creators.token_form", "whether the token endpoints take any of the three forms that clients send, or the documented one alone", "any", "documented"),
	}
}

func (s *switches) all() []*kit.Switch {
	return []*kit.Switch{
		s.eligibility, s.perSecond, s.perDay, s.retryAfter, s.nulls, s.errorForm, s.fieldList, s.noCredential, s.otherRegion, s.tokenForm,
	}
}
