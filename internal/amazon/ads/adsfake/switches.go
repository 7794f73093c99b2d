package adsfake

import (
	"strconv"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// switches are the points where sources differ about the Ads API. The evidence for each value stands in divergences.md.
type switches struct {
	viewOnly      *kit.Switch
	missingScope  *kit.Switch
	tokenRegion   *kit.Switch
	missingClient *kit.Switch
	profilesPut   *kit.Switch
	viewerWrite   *kit.Switch
	otherRegion   *kit.Switch
	freshLink     *kit.Switch
	unknownID     *kit.Switch
	accept        *kit.Switch
	plainJSON     *kit.Switch
	unknownFields *kit.Switch
	pageSize      *kit.Switch
	throttleBody  *kit.Switch
	pace          *kit.Switch
	moderation    *kit.Switch

	reportProgress *kit.Switch
	reportTime     *kit.Switch
	reportEnd      *kit.Switch
	reportQueue    *kit.Switch
	reportDelete   *kit.Switch
}

func newSwitches() *switches {
	return &switches{
		viewOnly:      kit.NewSwitch("ads.view_only", "what /v2/profiles answers a user who may only look, without accessLevel=view", "empty", "403"),
		missingScope:  kit.NewSwitch("ads.missing_scope", "how a call without the Scope header is refused", "401", "403", "400"),
		tokenRegion:   kit.NewSwitch("ads.token_region", "whether a token works in every region or only in that of the host that issued it", "any", "bound"),
		missingClient: kit.NewSwitch("ads.missing_client", "how a call without a client id header is refused", "401", "400"),
		profilesPut:   kit.NewSwitch("ads.profiles_put", "the status of PUT /v2/profiles", "200", "207"),
		viewerWrite:   kit.NewSwitch("ads.viewer_write", "how a write by a user who may only look is refused", "403", "401"),
		otherRegion: kit.NewSwitch("ads.other_region", "which of two texts refuses a profile of another region", "not_authorized",
			"no_match"),
		freshLink: kit.NewSwitch("ads.fresh_link", "how a profile behaves in the hour after it was linked: calls refused, or not even listed", "403",
			"401", "hidden"),
		unknownID:     kit.NewSwitch("ads.unknown_profile", "how GET /v2/profiles/{id} refuses an id that is nobody's", "404", "401"),
		accept:        kit.NewSwitch("ads.accept", "whether SP v3 wants its media type in Accept, or is content with a wildcard or none", "strict", "lenient"),
		plainJSON:     kit.NewSwitch("ads.plain_json", "whether Sponsored Brands v4, the order of a report and a new manager account take plain application/json as Content-Type too", "accept", "refuse"),
		unknownFields: kit.NewSwitch("ads.unknown_fields", "whether unknown fields of SP v3 bodies are ignored or refused", "ignore", "refuse"),
		pageSize:      kit.NewSwitch("ads.page_size", "the most that one page of a list holds, and how much it holds by default", "100", "1000"),
		throttleBody: kit.NewSwitch("ads.throttle_body", "whether a throttled call gets Amazon's JSON with Retry-After or a proxy's HTML without",
			"json", "html"),
		pace: kit.NewDurationSwitch("ads.pace", "how much time a client needs between calls in the long run; 0 throttles nobody", time.Duration(0)),

		moderation: kit.NewSwitch("ads.moderation", "what moderation says of a new version of a creative of Sponsored Brands", "published", "pending", "rejected"),

		reportProgress: kit.NewSwitch("ads.report_progress", "how reports and exports come to an end: by the clock, by being asked for three times, or when first asked for",
			"clock", "polls", "at_once"),
		reportTime:  kit.NewDurationSwitch("ads.report_time", "how long reports and exports take by the clock", 20*time.Second),
		reportEnd:   kit.NewSwitch("ads.report_end", "what becomes of reports and exports", "completed", "failed"),
		reportQueue: kit.NewSwitch("ads.report_queue", "how many unfinished reports a region holds before it refuses more with 429", "100", "0", "1", "5", "20", "1000"),
		reportDelete: kit.NewSwitch("ads.report_delete", "which reports DELETE takes: each of them, or those that are PENDING, as its description says", "any",
			"pending"),
	}
}

func (s *switches) all() []*kit.Switch {
	return []*kit.Switch{
		s.viewOnly, s.missingScope, s.tokenRegion, s.missingClient, s.profilesPut, s.viewerWrite, s.otherRegion, s.freshLink,
		s.unknownID, s.accept, s.plainJSON, s.unknownFields, s.pageSize, s.throttleBody, s.pace, s.moderation, s.reportProgress, s.reportTime, s.reportEnd,
		s.reportQueue, s.reportDelete,
	}
}

// queue is how many unfinished reports a region holds.
func (s *switches) queue() int {
	n, err := strconv.Atoi(s.reportQueue.Get())
	if err != nil {
		panic("adsfake: ads.report_queue is no number: " + err.Error())
	}
	return n
}
