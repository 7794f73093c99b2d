package push

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/adm"
	"github.com/lockkeeper-dev/lockkeeper/internal/audit"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// A oneSignal is a notification in the words of OneSignal's API, as far as they mean something for Amazon's devices. Others are ignored, as
// there: people move over with the code that they have.
type oneSignal struct {
	AppID        string              `json:"app_id"` // the name of a grant, where there are several
	Headings     map[string]string   `json:"headings"`
	Contents     map[string]string   `json:"contents"`
	Data         map[string]any      `json:"data"`
	URL          string              `json:"url"`
	BigPicture   string              `json:"adm_big_picture"`
	SmallIcon    string              `json:"adm_small_icon"`
	LargeIcon    string              `json:"adm_large_icon"`
	Sound        string              `json:"adm_sound"`
	Group        string              `json:"adm_group"`
	GroupMessage map[string]string   `json:"adm_group_message"`
	IsADM        *bool               `json:"isAdm"`
	CollapseID   string              `json:"collapse_id"`
	TTL          *int64              `json:"ttl"`
	Priority     int                 `json:"priority"`
	Channel      string              `json:"existing_android_channel_id"`
	Background   bool                `json:"content_available"`
	ToAmazon     []string            `json:"include_amazon_reg_ids"`
	ToNames      []string            `json:"include_external_user_ids"`
	ToAliases    map[string][]string `json:"include_aliases"`
	Segments     []string            `json:"included_segments"`
	Filters      []oneSignalFilter   `json:"filters"`
	SendAfter    string              `json:"send_after"`
}

type oneSignalFilter struct {
	Field    string `json:"field"`
	Key      string `json:"key"`
	Relation string `json:"relation"`
	Value    string `json:"value"`
	Operator string `json:"operator"`
}

// A oneSignalAnswer is what OneSignal answers with.
type oneSignalAnswer struct {
	ID         string `json:"id"` // empty where nobody was reached
	Recipients int    `json:"recipients"`
	ExternalID any    `json:"external_id"`
	Errors     any    `json:"errors,omitempty"` // a list of sentences, or the ids that are no good
}

// OneSignal takes a notification in the words of OneSignal's POST /notifications and sends it to Amazon's devices. The two letters that name
// a language choose "en", or the only one there is; a device that is to get another says so by a tag of its own.
func (p *Push) OneSignal(ctx context.Context, by audit.Actor, choose Choose, text []byte) (int, any, error) {
	var in oneSignal
	if err := json.NewDecoder(bytes.NewReader(text)).Decode(&in); err != nil {
		return http.StatusBadRequest, oneSignalAnswer{Errors: []string{"The request is no JSON object of the fields that a notification has"}}, nil
	}
	post, wrong := in.post()
	if wrong != "" {
		return http.StatusBadRequest, oneSignalAnswer{Errors: []string{wrong}}, nil
	}
	status, got, err := p.Post(ctx, by, func(grant, operation string) (string, error) {
		name, err := choose(grant, operation)
		if err != nil && grant != "" { // an id of OneSignal's, which names nothing here
			return choose("", operation)
		}
		return name, err
	}, post)
	if known, ok := problem.Of(err); ok && known.Status >= 400 && known.Status < 500 && known.Status != http.StatusForbidden && known.Status != http.StatusNotFound {
		return http.StatusBadRequest, oneSignalAnswer{Errors: []string{known.Error() + " " + known.Fix}}, nil
	}
	if err != nil {
		return 0, nil, err
	}
	out := oneSignalAnswer{ID: string(got.Broadcast), Recipients: got.Accepted}
	if status == http.StatusAccepted {
		return http.StatusOK, out, nil
	}
	var gone []string
	for _, s := range got.Results {
		if s.Outcome == string(adm.Unregistered) || s.Outcome == string(adm.Invalid) {
			gone = append(gone, s.Registration)
		}
	}
	if got.Accepted > 0 {
		out.ID = fmt.Sprintf("direct-%d", p.cfg.Now().UnixMilli())
	}
	switch {
	case len(gone) > 0:
		out.Errors = map[string][]string{"invalid_amazon_reg_ids": gone}
	case got.Accepted == 0:
		out.Errors = []string{"No device could be reached; lockkeeper push send tells why"}
	}
	return http.StatusOK, out, nil
}

// post is the same in Amazon's words. The second result says what is wrong with it.
func (in oneSignal) post() (Post, string) {
	out := Post{Grant: in.AppID}
	n := adm.Notification{
		Title: inLanguage(in.Headings), Body: inLanguage(in.Contents), Icon: in.SmallIcon, Image: in.BigPicture, Sound: in.Sound, ChannelID: in.Channel, ClickAction: "",
	}
	if in.Group != "" {
		n.Tag = in.Group
	}
	if n.Body != "" || n.Title != "" {
		out.Notification = &n
	} else if !in.Background && len(in.Data) == 0 {
		return out, "Notification contents must not be null for any languages."
	}
	for k, v := range in.Data {
		if out.Data == nil {
			out.Data = map[string]string{}
		}
		if text, ok := v.(string); ok {
			out.Data[k] = text
		} else if b, err := json.Marshal(v); err == nil {
			out.Data[k] = string(b) // Amazon takes texts alone
		}
	}
	for k, v := range map[string]string{"url": in.URL, "large_icon": in.LargeIcon, "group_message": inLanguage(in.GroupMessage)} {
		if v != "" {
			if out.Data == nil {
				out.Data = map[string]string{}
			}
			if _, taken := out.Data[k]; !taken {
				out.Data[k] = v
			}
		}
	}
	if out.Data == nil && out.Notification == nil {
		out.Data = map[string]string{}
	}
	out.ConsolidationKey = in.CollapseID
	if in.TTL != nil {
		out.ExpiresAfter = min(max(*in.TTL, int64(adm.MinLife/time.Second)), int64(adm.MaxLife/time.Second))
	}
	if in.Priority >= 10 {
		out.Priority = "high"
	}
	switch {
	case in.IsADM != nil && !*in.IsADM:
		return out, "isAdm is false, and Lockkeeper sends to Amazon's devices alone."
	case in.SendAfter != "":
		return out, "send_after is not there: Lockkeeper sends at once."
	}
	return in.address(out)
}

// address says for whom it is.
func (in oneSignal) address(out Post) (Post, string) {
	out.To = append(append([]string{}, in.ToAmazon...), in.ToNames...)
	for _, ids := range in.ToAliases {
		out.To = append(out.To, ids...)
	}
	if len(out.To) > 0 {
		return out, ""
	}
	tags := []string{}
	for _, s := range in.Segments {
		switch strings.ToLower(s) {
		case "all", "total subscriptions", "subscribed users", "active subscriptions", "active users":
		default:
			tags = append(tags, strings.ReplaceAll(s, " ", "-"))
		}
	}
	for _, f := range in.Filters {
		switch {
		case strings.EqualFold(f.Operator, "and"):
		case f.Field == "tag" && f.Relation == "=":
			tags = append(tags, f.Key+":"+f.Value)
		case f.Field == "tag" && f.Relation == "exists":
			tags = append(tags, f.Key)
		default:
			return out, "Of filters Lockkeeper knows tags that are equal or exist, joined by AND; not " + strconv.Quote(f.Field+" "+f.Relation+f.Operator) + "."
		}
	}
	if len(tags) == 0 && len(in.Segments) == 0 {
		return out, "You must include which players, segments, or tags you wish to send this notification to."
	}
	out.Tags = &tags
	return out, ""
}

// inLanguage is the English text, or the only one.
func inLanguage(texts map[string]string) string {
	if t, ok := texts["en"]; ok {
		return t
	}
	if len(texts) == 1 {
		for _, t := range texts {
			return t
		}
	}
	return ""
}
