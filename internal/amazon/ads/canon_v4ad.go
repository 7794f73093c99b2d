package ads

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/lockkeeper-dev/lockkeeper/canon"
)

var (
	v4AdCreate = []string{"name", "status", "campaign_id", "group_id", "ad_type", "promoted", "creative", "headline", "final_url", "advertiser_name", "ext"}
	v4AdFields = map[string]string{
		"name": "name", "state": "status", "adGroupId": "group_id", "campaignId": "campaign_id", "creative": "creative", "creative.headline": "headline",
		"creative.asins": "promoted", "creative.brandName": "advertiser_name", "landingPage": "final_url",
	}
	// v4Forms are the forms of creatives and the last words of the paths at which their ads are made. Product collections are made in their
	// extended form, since the older one was switched off on 30 November 2024 (ads-lwa 4.2).
	v4Forms = [][2]string{
		{formVideo, "video"}, {formBrandVideo, "brandVideo"}, {formCollection, "productCollectionExtended"}, {formStore, "storeSpotlight"},
	}
)

// Forms of creatives of Sponsored Brands, and Unified's words for ads and creatives of them.
const (
	formVideo      = "VIDEO"
	formBrandVideo = "BRAND_VIDEO"
	formCollection = "PRODUCT_COLLECTION"
	formStore      = "STORE_SPOTLIGHT"

	adVideo    = "VIDEO"
	adCarousel = "CAROUSEL"
	assetBased = "ASSET_BASED"
)

// Ext of ads of Sponsored Brands: the kind of landing page, and the products on one that is a list of them.
const (
	extPageType  = "landingPageType"
	extPageASINs = "landingPageAsins"
)

// A v4Group is an ad group of Sponsored Brands. Bids stand at its keywords and targets alone.
type v4Group struct {
	ID string `json:"adGroupId,omitempty"`
	v4Common
	CampaignID string `json:"campaignId,omitempty"`
	Name       string `json:"name,omitempty"`
}

func decodeV4Group(w *v4Group, _ *view) (*canon.AdsGroup, error) {
	g := &canon.AdsGroup{CampaignID: w.CampaignID, Channel: canon.SponsoredBrands}
	err := w.take(&g.AdsCommon)
	g.ID, g.Name = w.ID, w.Name
	return g, err
}

func encodeV4Group(g *canon.AdsGroup, v *view) (*v4Group, error) {
	w := &v4Group{CampaignID: g.CampaignID, Name: g.Name}
	if v.told {
		w.ID = g.ID
	}
	return w, w.put(&g.AdsCommon, "AD_GROUP_STATUS_ENABLED", v)
}

// A v4Ad is an ad of Sponsored Brands with its creative inside. Those of campaigns of v3 have neither id nor name.
type v4Ad struct {
	ID string `json:"adId,omitempty"`
	v4Common
	CampaignID string          `json:"campaignId,omitempty"`
	GroupID    string          `json:"adGroupId,omitempty"`
	Name       string          `json:"name,omitempty"`
	Page       *v4Page         `json:"landingPage,omitempty"`
	Creative   json.RawMessage `json:"creative,omitempty"`
}

type v4Page struct {
	ASINs []string `json:"asins,omitempty"`
	Type  string   `json:"pageType,omitempty"`
	URL   string   `json:"url,omitempty"`
}

// A v4Creative is what the model has names for of a creative; the whole stands in Data.
type v4Creative struct {
	Type     string   `json:"type,omitempty"`
	Headline string   `json:"headline,omitempty"`
	Brand    string   `json:"brandName,omitempty"`
	ASINs    []string `json:"asins,omitempty"`
	Videos   []string `json:"videoAssetIds,omitempty"`
	Logo     string   `json:"brandLogoAssetID,omitempty"`
	LogoURL  string   `json:"brandLogoUrl,omitempty"`
	Image    string   `json:"customImageAssetId,omitempty"`
	ImageURL string   `json:"customImageUrl,omitempty"`
	Images   []struct {
		ID  string `json:"assetId,omitempty"`
		URL string `json:"url,omitempty"`
	} `json:"customImages,omitempty"`
	Status  string `json:"creativeStatus,omitempty"`
	Version string `json:"creativeVersion,omitempty"`
}

func decodeV4Ad(w *v4Ad, _ *view) (*canon.AdsAd, error) {
	a := &canon.AdsAd{CampaignID: w.CampaignID, GroupID: w.GroupID, Channel: canon.SponsoredBrands}
	if err := w.take(&a.AdsCommon); err != nil {
		return nil, err
	}
	a.ID, a.Name = w.ID, w.Name
	if w.Page != nil {
		a.FinalURL = w.Page.URL
		a.Ext = map[string]any{}
		if w.Page.Type != "" {
			a.Ext[extPageType] = w.Page.Type
		}
		if len(w.Page.ASINs) > 0 {
			a.Ext[extPageASINs] = list(w.Page.ASINs)
		}
		if len(a.Ext) == 0 {
			a.Ext = nil
		}
	}
	if nothing(w.Creative) {
		return a, nil
	}
	var k v4Creative
	if err := json.Unmarshal(w.Creative, &k); err != nil {
		return nil, err
	}
	var err error
	a.Creative, err = k.canon(w.Creative)
	a.AdType = adCarousel
	if k.Type == formVideo || k.Type == formBrandVideo {
		a.AdType = adVideo
	}
	a.Review, a.Promoted, a.Headline, a.Advertiser = a.Creative.Review, a.Creative.Promoted, k.Headline, k.Brand
	return a, err
}

// nothing reports that a member is not there, or is null.
func nothing(member json.RawMessage) bool { return len(member) == 0 || string(member) == "null" }

// canon reads a creative. What Amazon alone says of it is left out of Data, which can be sent back.
func (k *v4Creative) canon(whole []byte) (*canon.AdsCreative, error) {
	c := &canon.AdsCreative{Type: assetBased, Title: k.Headline, Review: reviewOf(k.Status, k.Version)}
	if k.Type == formVideo || k.Type == formBrandVideo {
		c.Type = adVideo
	}
	for _, asin := range k.ASINs {
		c.Promoted = append(c.Promoted, canon.PromotedRef{ID: asin, Type: "ASIN"})
	}
	add := func(to *[]string, id string) {
		if id != "" {
			*to = append(*to, id)
		}
	}
	c.AssetIDs = append(c.AssetIDs, k.Videos...)
	add(&c.AssetIDs, k.Logo)
	add(&c.AssetIDs, k.Image)
	add(&c.AssetURLs, k.LogoURL)
	add(&c.AssetURLs, k.ImageURL)
	for _, i := range k.Images {
		add(&c.AssetIDs, i.ID)
		add(&c.AssetURLs, i.URL)
	}
	var keys map[string]json.RawMessage
	if err := json.Unmarshal(whole, &keys); err != nil {
		return nil, err
	}
	delete(keys, "creativeStatus")
	delete(keys, "creativeVersion")
	var err error
	c.Data, err = json.Marshal(keys)
	return c, err
}

// Reviews of creatives, by what Amazon calls where they are on their way.
func reviewOf(status, version string) *canon.Review {
	word, known := map[string]string{
		"": "", "APPROVED_BY_MODERATION": "APPROVED", "PUBLISHED": "APPROVED", "REJECTED_BY_MODERATION": "REJECTED",
		"SUBMITTED_FOR_MODERATION": "PENDING", "PENDING_TRANSLATION": "PENDING", "PENDING_MODERATION_REVIEW": "PENDING",
	}[status]
	if !known {
		word = status
	}
	if word == "" && version == "" {
		return nil
	}
	return &canon.Review{Status: word, Version: version}
}

// creativeForm is the form of a creative: that of its data, else what follows from its type.
func creativeForm(c *canon.AdsCreative) string {
	if c == nil {
		return ""
	}
	var k v4Creative
	if len(c.Data) > 0 && json.Unmarshal(c.Data, &k) == nil && k.Type != "" {
		return k.Type
	}
	if c.Type == adVideo {
		return formVideo
	}
	return formCollection
}

var errCreativeDiffers = errors.New("the ad and its creative say different things of headline or products")

func encodeV4Ad(a *canon.AdsAd, v *view) (*v4Ad, error) {
	w := &v4Ad{GroupID: a.GroupID, Name: a.Name}
	if err := w.put(&a.AdsCommon, "AD_STATUS_LIVE", v); err != nil {
		return nil, err
	}
	if v.told {
		w.ID, w.CampaignID = a.ID, a.CampaignID
	}
	page := v4Page{URL: a.FinalURL}
	for _, key := range sortedKeys(a.Ext) {
		ok := false
		switch key {
		case extPageType:
			page.Type, ok = a.Ext[key].(string)
		case extPageASINs:
			page.ASINs, ok = texts(a.Ext[key])
		}
		if !ok {
			return nil, fmt.Errorf("ext.%s is not what an ad of Sponsored Brands has", key)
		}
	}
	if page.URL != "" || page.Type != "" || page.ASINs != nil {
		w.Page = &page
	}
	if a.Creative == nil {
		return w, nil
	}
	var err error
	w.Creative, err = v4CreativeOf(a, v)
	return w, err
}

// v4CreativeOf writes a creative: its data with what the ad says of it. The form is told by the path at which it is made.
func v4CreativeOf(a *canon.AdsAd, v *view) (json.RawMessage, error) {
	c, keys := a.Creative, map[string]json.RawMessage{}
	if len(c.Data) > 0 {
		var err error
		if keys, err = keysOf(c.Data); err != nil {
			return nil, err
		}
	}
	delete(keys, "type")
	headline := a.Headline
	if headline == "" {
		headline = c.Title
	} else if c.Title != "" && c.Title != headline {
		return nil, errCreativeDiffers
	}
	promoted := a.Promoted
	if len(promoted) == 0 {
		promoted = c.Promoted
	}
	var asins []string
	for i, p := range promoted {
		if p.Type != "ASIN" {
			return nil, fmt.Errorf("products of Sponsored Brands are named by ASIN, not by %s", p.Type)
		}
		if len(c.Promoted) > 0 && (len(c.Promoted) != len(promoted) || c.Promoted[i].ID != p.ID) {
			return nil, errCreativeDiffers
		}
		asins = append(asins, p.ID)
	}
	said := v4Creative{Headline: headline, Brand: a.Advertiser, ASINs: asins}
	if len(c.Data) == 0 && c.Type == adVideo {
		said.Videos = c.AssetIDs
	}
	if v.told {
		said.Type = creativeForm(c)
		if c.Review != nil {
			said.Version = c.Review.Version
			said.Status = map[string]string{"APPROVED": "APPROVED_BY_MODERATION", "REJECTED": "REJECTED_BY_MODERATION", "PENDING": "PENDING_MODERATION_REVIEW"}[c.Review.Status]
		}
	}
	own, err := keysOf(said)
	if err != nil {
		return nil, err
	}
	for key, value := range own {
		keys[key] = value
	}
	return json.Marshal(keys)
}
